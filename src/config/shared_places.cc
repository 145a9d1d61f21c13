// SPDX-License-Identifier: Apache-2.0
#include "config/shared_places.h"

#include "base/file.h"

namespace config {
namespace {

namespace fs = std::filesystem;

/// As far as a pattern is a path without stars.
fs::path plain_beginning(const fs::path& pattern) {
  fs::path out;
  for (const auto& part : pattern) {
    if (part.native().find_first_of("*?[{") != std::string::npos) break;
    out /= part;
  }
  return out;
}

}  // namespace

void tell_shared_places(Config& config, const fs::path& project, const fs::path& home) {
  std::vector<fs::path> shared{project};
  for (const auto& mount : config.sandbox.mounts) {
    if (mount.mode != Visibility::readwrite) continue;
    std::error_code missing;
    const auto place = plain_beginning(base::expand_home(mount.pattern, home));
    shared.push_back(fs::weakly_canonical(project / place, missing));
  }
  const auto tell = [&](secrets::Source& source) { source.shared = shared; };
  for (auto& credential : config.credentials)
    for (auto* source : credential.sources())
      tell(*source);
  for (auto& secret : config.secrets)
    tell(secret.source);
  for (auto& rule : config.redaction.settings.rules)
    tell(rule.source);
  for (auto& variable : config.sandbox.environment)
    tell(variable.source);
  tell(config.upstream.proxy);
}

}  // namespace config
