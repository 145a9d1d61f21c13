// SPDX-License-Identifier: Apache-2.0
#pragma once
// How a token looks in a text: a prefix and a long run of base64url.

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "base/text.h"

namespace flow {

/// A token has at least so many characters behind its prefix: 32 bytes of signature and 16 of its
/// nonce are in each.
inline constexpr std::size_t shortest_token_run = 64;

inline bool is_token_character(char c) {
  return base::is_alpha(c) || base::is_digit(c) || c == '-' || c == '_';
}

/// How many characters of a token a text begins with, behind the prefix.
inline std::size_t token_run(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::find_if_not(text, is_token_character) - text.begin());
}

}  // namespace flow
