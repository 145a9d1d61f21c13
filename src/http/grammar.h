// SPDX-License-Identifier: Apache-2.0
#pragma once
// The character classes of RFC 9110 that everything else here is built from.

#include <algorithm>
#include <string_view>

#include "base/text.h"

namespace http {

/// A non-empty token: what a method, a field name or a transfer coding may look like.
bool is_token(std::string_view text);
/// Text a field value or a reason phrase may hold: anything but control bytes; tabs and bytes above
/// 0x7F are fine.
bool is_field_text(std::string_view text);
/// Visible ASCII only, at least one byte: what a request target may hold.
bool is_visible_ascii(std::string_view text);
constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }
/// Without spaces and tabs at both ends.
std::string_view trim_blanks(std::string_view text);
/// ASCII case-insensitive equality; lengths are compared first, so that most misses cost nothing.
inline bool same_name(std::string_view a, std::string_view b) {
  const auto same = [](char x, char y) { return base::to_lower(x) == base::to_lower(y); };
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), same);
}

}  // namespace http
