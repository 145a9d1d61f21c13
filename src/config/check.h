// SPDX-License-Identifier: Apache-2.0
#pragma once
// A file against the schema: unknown keys, wrong types, values out of range. Every mistake, not the
// first one.

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "config/problem.h"
#include "config/schema.h"
#include "config/value.h"

namespace config {

/// The part of one file that is as the schema wants it; what is not is left out and appended to
/// `problems`.
Table check(const Table& file, Problems& problems);

/// Appends the values whose feature does not exist yet, looked for in the merged configuration:
/// what a higher layer switches off again is no mistake.
void check_available(const Table& merged, Problems& problems);

/// A value with its row and its full path, "proxy.filter.rules[0].action".
using Visitor = std::function<void(const std::string& path, const Row& row, const Value& value)>;

/// Every known key of `tree`, sections and lists before what they hold. Unknown keys are passed
/// over.
void walk(const Table& tree, const Visitor& visit);

/// "" where text can be left out, 0 where zero means the default: written, but not set.
bool is_unset(const Row& row, const Value& value);

/// "\"foo\" is not one of a, b; did you mean \"b\"?", the same of a key and of a flag.
std::string not_one_of(std::string_view text, std::span<const std::string> choices);

/// `path` and `key` as one path; the key is quoted where TOML needs it.
std::string join_path(const std::string& path, std::string_view key);

}  // namespace config
