// SPDX-License-Identifier: Apache-2.0
#pragma once
// How the most lenient servers read a path: whatever the case, with or without a slash at the end,
// decoded once more than they should. Only for what must not be evaded: a rule that blocks looks at
// this reading as well, one that allows never does.

#include <optional>
#include <string>
#include <string_view>

#include "policy/pattern.h"

namespace policy {

/// A path as many servers read it: an escaped slash or backslash is a slash, several are one, and
/// what a semicolon adds to a segment is no part of it. For whatever restricts paths.
std::string fold_path(std::string_view path);

/// The same of servers that forgive more: in lower case, escapes that were escaped themselves
/// decoded, without dots and blanks at the end of a segment and without a slash at the end.
std::string loosen_path(std::string_view path);

/// In lower case, its escapes aside.
std::string loosen_query(std::string_view query);

/// What finds in loosened text what the pattern, one for paths or URLs, was written to find. None
/// when that cannot be told.
std::optional<Pattern> loosened(const Pattern& pattern);

}  // namespace policy
