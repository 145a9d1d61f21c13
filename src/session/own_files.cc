// SPDX-License-Identifier: Apache-2.0
#include "session/own_files.h"

#include <algorithm>

#include "base/file.h"

namespace session {

namespace fs = std::filesystem;

bool is_inside(const fs::path& path, const fs::path& directory) {
  const auto relative = path.lexically_relative(directory);
  return !relative.empty() && *relative.begin() != "..";
}

namespace {

/// Those that are there and in the project, by their real paths.
std::vector<fs::path> inside(const Project& project, const std::vector<fs::path>& files) {
  std::vector<fs::path> out;
  for (const auto& file : files) {
    std::error_code missing;
    auto real = fs::canonical(file, missing);
    if (missing || real == project.directory / config::project_file_name) continue;
    if (is_inside(real, project.directory)) out.push_back(std::move(real));
  }
  std::ranges::sort(out);
  const auto repeated = std::ranges::unique(out);
  out.erase(repeated.begin(), repeated.end());
  return out;
}

void add_file(const secrets::Source& source, const Project& project, std::vector<fs::path>& files) {
  if (!source.file.empty()) files.push_back(base::expand_home(source.file, project.places.home));
}

}  // namespace

std::vector<fs::path> own_files(
    const Project& project, const std::vector<fs::path>& used, const config::Config& config) {
  std::vector<fs::path> files = used;
  for (const auto& credential : config.credentials) {
    for (const auto* source : credential.sources())
      add_file(*source, project, files);
  }
  for (const auto& secret : config.secrets)
    add_file(secret.source, project, files);
  add_file(config.upstream.proxy, project, files);
  return inside(project, files);
}

std::vector<fs::path> files_of_redaction(const Project& project, const config::Config& config) {
  std::vector<fs::path> files;
  for (const auto& rule : config.redaction.settings.rules)
    add_file(rule.source, project, files);
  return inside(project, files);
}

}  // namespace session
