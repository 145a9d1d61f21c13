// SPDX-License-Identifier: Apache-2.0
#include "base/credential_word.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace base {
namespace {

/// Without the plural's "s".
constexpr std::array<std::string_view, 10> endings{
    "authorization", "cookie", "token",      "secret",     "key",
    "password",      "passwd", "passphrase", "credential", "jwt"};

/// From the back, because most names differ in their last letter.
bool ends_with_ignoring_case(std::string_view text, std::string_view end) {
  if (text.size() < end.size()) return false;
  for (std::size_t i = 1; i <= end.size(); ++i) {
    if (to_lower(text[text.size() - i]) != end[end.size() - i]) return false;
  }
  return true;
}

}  // namespace

bool is_credential_word(std::string_view word) {
  if (!word.empty() && to_lower(word.back()) == 's') word.remove_suffix(1);
  return std::ranges::any_of(endings, [&](auto end) { return ends_with_ignoring_case(word, end); });
}

}  // namespace base
