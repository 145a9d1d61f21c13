// SPDX-License-Identifier: Apache-2.0
#pragma once
// The paths of a token: globs of the rules (policy/glob_parse.h) with two wildcards, `*` for a
// segment and `**` for any number. Other characters that are special in a rule (`?`, brackets,
// braces, backslash) are literal to others who mint such tokens: a pattern that has one could be
// read in two ways and matches nothing. Neither does one with dot segments: normalised paths have
// none.

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "policy/pattern.h"

namespace tokens {

base::Result<policy::Pattern> compile_path(std::string_view pattern);

/// `path` is normalised and has no query (policy/normalise.h). A pattern that does not compile
/// matches nothing.
bool path_matches(std::string_view pattern, std::string_view path);

/// Whether the patterns permit the path in both of its readings: as it is sent, and as servers read
/// it that fold it (policy::fold_path). To the second one an escaped slash that a pattern
/// spells out is a slash, too: `/projects/group%2Fname/*` permits what it says, and `*` nothing
/// that has a slash in either reading.
bool permit_path(std::span<const std::string> patterns, std::string_view path);

}  // namespace tokens
