// SPDX-License-Identifier: Apache-2.0
#pragma once
// TOML text ↔ value tree, and TOML's spelling of keys and strings.

#include <expected>
#include <string>
#include <string_view>

#include "config/problem.h"
#include "config/value.h"

namespace config {

/// Every value and key gets `file` with its line and column.
std::expected<Table, Problem> parse_toml(std::string_view text, const std::string& file);

/// `name` as it stands in a key: bare where TOML allows it, else quoted and escaped.
std::string toml_key(std::string_view name);
/// A basic string with every control character escaped: one line.
std::string toml_string(std::string_view text);
/// A value in one line; tables and lists inline.
std::string toml_inline(const Value& value);

}  // namespace config
