// SPDX-License-Identifier: Apache-2.0
#pragma once
// The paths of a token: globs of the rules (policy/glob_parse.h) with two wildcards, `*` for a
// segment and `**` for any number. Other characters that are special in a rule (`?`, brackets,
// braces, backslash) are literal to others who mint such tokens: a pattern that has one could be
// read in two ways and matches nothing.

#include <string_view>

#include "base/result.h"
#include "policy/pattern.h"

namespace tokens {

base::Result<policy::Pattern> compile_path(std::string_view pattern);

/// `path` is normalised and has no query (policy/normalise.h). A pattern that does not compile
/// matches nothing.
bool path_matches(std::string_view pattern, std::string_view path);

}  // namespace tokens
