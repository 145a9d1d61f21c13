// SPDX-License-Identifier: Apache-2.0
#pragma once
// Mount rules as people write them, matched with what is on the disk when a sandbox starts.

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/origin.h"
#include "base/result.h"
#include "sandbox/plan.h"

namespace sandbox {

struct MountPattern {
  /// "~/x", "/x", or relative to the project. `*`, `?` and `[abc]` match within a name, `**` any
  /// number of directories; a `/**` at the end means the directory itself when nothing else in the
  /// pattern is a wildcard.
  std::string pattern;
  Visibility mode = Visibility::hidden;
  base::Origin origin{};
};

struct MatchedRules {
  std::vector<MountRule> rules;
  std::vector<std::string> unmatched;  // a sentence for each pattern that matched nothing
};

/// For a path that several patterns match, the first one counts. Links are not followed while
/// searching; what a pattern names without wildcards is. `invalid` for a pattern that is empty or
/// climbs with "..".
base::Result<MatchedRules> match_mount_rules(
    std::span<const MountPattern> patterns,
    const std::filesystem::path& home,
    const std::filesystem::path& project);

}  // namespace sandbox
