// SPDX-License-Identifier: Apache-2.0
#include "gateway/shown.h"

#include <filesystem>

namespace gateway {

std::string shown_file(const std::string& file, std::string_view project) {
  if (!file.starts_with('/')) return file;
  const auto inside = std::filesystem::path(file).lexically_relative(project);
  if (!project.empty() && !inside.empty() && *inside.begin() != "..") return inside.string();
  return std::filesystem::path(file).filename().string();
}

std::string shown_reason(
    std::string reason, const policy::Policy& policy, std::string_view project) {
  const std::string& origin = policy.otherwise().origin;
  const auto at = origin.empty() ? std::string::npos : reason.find(origin);
  if (at != std::string::npos) reason.replace(at, origin.size(), shown_file(origin, project));
  return reason;
}

}  // namespace gateway
