// SPDX-License-Identifier: Apache-2.0
#include "config/include.h"

#include <fnmatch.h>

#include <span>
#include <string>
#include <vector>

#include "base/file.h"

namespace config {
namespace {

using Levels = std::vector<std::string>;

Levels levels_of(const std::filesystem::path& path) {
  Levels levels;
  for (const auto& level : path.lexically_normal()) {
    if (!level.empty()) levels.push_back(level.string());
  }
  return levels;
}

/// Row by row: which prefixes of `path` the levels of `pattern` so far can match. Never slower than
/// both lengths.
bool matches(const Levels& pattern, const Levels& path) {
  std::vector<bool> reached(path.size() + 1);
  reached[0] = true;
  for (const auto& level : pattern) {
    std::vector<bool> next(path.size() + 1);
    for (std::size_t i = 0; i <= path.size(); ++i) {
      if (level == "**") {
        next[i] = reached[i] || (i > 0 && next[i - 1]);
      } else if (i > 0 && reached[i - 1]) {
        next[i] = ::fnmatch(level.c_str(), path[i - 1].c_str(), 0) == 0;
      }
    }
    reached = std::move(next);
  }
  return reached.back();
}

}  // namespace

base::Result<bool> include_holds(
    std::string_view condition,
    const std::filesystem::path& project,
    const std::filesystem::path& home) {
  constexpr std::string_view prefix = "dir:";
  const bool known = condition.starts_with(prefix) && condition.size() > prefix.size();
  const auto pattern =
      known ? base::expand_home(condition.substr(prefix.size()), home) : std::filesystem::path();
  if (!pattern.is_absolute()) {
    return base::fail(
        base::ErrorKind::invalid, "a condition is dir: and an absolute glob",
        "write it as dir:~/work/**");
  }
  return matches(levels_of(pattern), levels_of(project));
}

}  // namespace config
