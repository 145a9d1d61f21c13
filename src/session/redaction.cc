// SPDX-License-Identifier: Apache-2.0
#include "session/redaction.h"

#include <algorithm>

#include "sandbox/env_files.h"

namespace session {
namespace {

/// Only looked for when a rule needs them.
std::vector<std::filesystem::path> env_files(
    const redact::Settings& settings, const std::filesystem::path& project) {
  if (std::ranges::none_of(settings.rules, &redact::RuleSpec::is_in_env_files)) return {};
  const auto found = sandbox::find_env_files(project);
  return {found.begin(), found.end()};
}

}  // namespace

base::Result<std::shared_ptr<const redact::Scanner>> make_scanner(
    const config::Redaction& redaction,
    const Project& project,
    redact::IsGiven is_given,
    const redact::Scanner* former) {
  if (redaction.settings.empty()) return nullptr;
  const auto files = env_files(redaction.settings, project.directory);
  return redact::Scanner::create(
      redaction.settings, {.environment = project.environment,
                           .home = project.places.home,
                           .env_files = files,
                           .cache = project.places.patterns(),
                           .is_given = std::move(is_given),
                           .former = former});
}

}  // namespace session
