// SPDX-License-Identifier: Apache-2.0
#pragma once
// Small words about text: ASCII case, trimming, splitting, nearest names, and escaping for a
// terminal.

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace base {

constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
constexpr char to_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
/// 0..15, or -1.
constexpr int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string lower(std::string_view text);
/// ASCII case-insensitive equality.
bool iequals(std::string_view a, std::string_view b);
/// Without blanks, tabs, CR and LF at both ends.
std::string_view trim(std::string_view text);
/// The parts between separators; always at least one.
std::vector<std::string_view> split(std::string_view text, char separator);
std::string join(std::span<const std::string> parts, std::string_view separator);

/// Decimal digits only, no sign, no blanks, no overflow.
std::optional<unsigned long long> parse_number(std::string_view text);

/// Text from a sandbox or a peer made safe for a terminal: control characters, escape sequences,
/// bidirectional overrides, zero-width characters and invalid UTF-8 appear as \xNN or \u{NNNN}.
std::string escape_for_terminal(std::string_view text);

/// Valid UTF-8 whatever comes in: invalid bytes become U+FFFD.
std::string to_utf8(std::string_view bytes);

/// The candidate that looks most like `name`, if one is near enough to be meant.
std::optional<std::string> nearest(std::string_view name, std::span<const std::string> candidates);

/// True when both are equal; takes the same time wherever they differ.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace base
