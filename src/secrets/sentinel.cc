// SPDX-License-Identifier: Apache-2.0
#include "secrets/sentinel.h"

#include <algorithm>
#include <cstddef>

#include "base/encoding.h"
#include "base/text.h"

namespace secrets {
namespace {

constexpr std::size_t shortest_random = 32;
constexpr std::size_t longest_kind = 24;
constexpr std::size_t longest_word = 10;

bool is_base64url(char c) { return base::is_alpha(c) || base::is_digit(c) || c == '-' || c == '_'; }

bool is_small_letter(char c) { return c >= 'a' && c <= 'z'; }

/// Letters and digits, each as probable as another.
std::string random_text(std::size_t size) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  constexpr std::size_t fair = 256 - 256 % alphabet.size();
  std::string out;
  while (out.size() < size) {
    for (const char c : base::random_bytes(size - out.size())) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < fair) out += alphabet[byte % alphabet.size()];
    }
  }
  return out;
}

/// Lower-case letters, and digits behind them: a word and its version, which randomness seldom
/// looks like.
bool is_word(std::string_view text) {
  const auto digits = std::ranges::find_if_not(text, is_small_letter);
  return digits != text.begin() && text.size() <= longest_word &&
         std::all_of(digits, text.end(), base::is_digit);
}

/// The words that a token begins with, each with the sign behind it; never much of the token.
std::string_view kind_of(std::string_view token) {
  std::size_t end = 0;
  for (;;) {
    const auto sign = token.find_first_of("-_.", end);
    if (sign == token.npos || !is_word(token.substr(end, sign - end))) break;
    if (sign + 1 > std::min(longest_kind, token.size() / 2)) break;
    end = sign + 1;
  }
  return token.substr(0, end);
}

/// "header.claims." of a signed JSON Web Token in its compact form (RFC 7515, 7.1); empty for
/// anything else.
std::string_view claims_of(std::string_view token) {
  const auto parts = base::split(token, '.');
  const auto is_part = [](std::string_view part) {
    return std::ranges::all_of(part, is_base64url);
  };
  const bool is_jwt = parts.size() == 3 && token.starts_with("eyJ") &&
                      parts[1].starts_with("eyJ") && std::ranges::all_of(parts, is_part);
  return is_jwt ? token.substr(0, parts[0].size() + parts[1].size() + 2) : std::string_view();
}

}  // namespace

std::string make_sentinel(std::string_view token) {
  const auto claims = claims_of(token);
  const auto kept = claims.empty() ? kind_of(token) : claims;
  return std::string(kept) + random_text(std::max(token.size() - kept.size(), shortest_random));
}

}  // namespace secrets
