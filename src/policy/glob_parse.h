// SPDX-License-Identifier: Apache-2.0
#pragma once
// A glob pattern, normalised as its subjects are and compiled for the place it is matched against.
//
//   host   `*` and `**` match anything, dots too.
//   path   `*` and `?` stay in a segment, `**` does not; "/**" also matches nothing, so "/a/**"
//   matches "/a". url    `*` matches anything, also '/'; but in the scheme and host of a pattern
//   that goes on with a path it stays
//          there: "https://*.x.com/**" must not match "https://evil.test/.x.com/". A final "/**"
//          takes a query too.

#include <string_view>

#include "base/result.h"
#include "policy/glob.h"
#include "policy/scope.h"

namespace policy {

/// `pattern` has no braces (braces.h). Refuses what no normalised subject could ever match.
base::Result<Glob> parse_glob(std::string_view pattern, Scope scope);

}  // namespace policy
