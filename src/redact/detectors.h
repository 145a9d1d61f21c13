// SPDX-License-Identifier: Apache-2.0
#pragma once
// The secrets that are known by their form.

#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace redact {

struct Detector {
  std::string_view name;
  std::string_view pattern;    // RE2
  std::string_view trigger{};  // what Vectorscan looks for; empty: the pattern
  std::size_t width = 0;       // of the longest match
  int group = 0;               // the part that is the secret
  std::size_t (*next_place)(std::string_view text, std::size_t from) = nullptr;  // see Patterns
  bool (*accepts)(std::string_view secret) = nullptr;
  std::string_view doc{};
};

std::span<const Detector> detectors();

/// The detectors of a list of names; "default" stands for all, "-name" takes one away again. The
/// error tells of a name that there is not, with the nearest.
base::Result<std::vector<const Detector*>> detectors_named(std::span<const std::string> names);

}  // namespace redact
