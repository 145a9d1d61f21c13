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

std::vector<fs::path> own_files(
    const Project& project, const std::vector<fs::path>& used, const config::Config& config) {
  std::vector<fs::path> files = used;
  const auto add = [&](const secrets::Source& source) {
    if (!source.file.empty()) files.push_back(base::expand_home(source.file, project.places.home));
  };
  for (const auto& credential : config.credentials) {
    for (const auto* source : credential.sources())
      add(*source);
  }
  for (const auto& secret : config.secrets)
    add(secret.source);
  add(config.upstream.proxy);
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

}  // namespace session
