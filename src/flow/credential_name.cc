// SPDX-License-Identifier: Apache-2.0
#include "flow/credential_name.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/credential_word.h"
#include "base/text.h"

namespace flow {
namespace {

using namespace std::string_view_literals;

/// Besides those that everybody knows (base/credential_word.h).
constexpr std::array endings{
    "signature"sv, "auth"sv, "authentication"sv, "authenticate"sv, "credentials"sv};
constexpr std::array whole_words{"sig"sv, "pwd"sv, "pass"sv, "bearer"sv};

/// Names without such a word at their end.
constexpr std::array others{
    "awsaccesskeyid"sv, "googleaccessid"sv, "dpop"sv, "x-authorization-auxiliary"sv};

/// What stands before "key" or "token" where that is no credential.
constexpr std::array harmless{
    "idempotency"sv, "websocket"sv, "cache"sv,      "surrogate"sv,    "public"sv, "partition"sv,
    "sort"sv,        "primary"sv,   "foreign"sv,    "group"sv,        "issue"sv,  "project"sv,
    "object"sv,      "customer"sv,  "csrf"sv,       "xsrf"sv,         "page"sv,   "next"sv,
    "previous"sv,    "prev"sv,      "pagination"sv, "continuation"sv, "sync"sv,   "start"sv,
    "skip"sv,        "delta"sv,     "rewrite"sv,    "resume"sv,       "client"sv, "request"sv};

bool among(const auto& known, std::string_view word) {
  return std::ranges::find(known, word) != known.end();
}

/// Several tokens or keys are mostly counted (max_tokens).
bool is_of_credential(std::string_view word) {
  const bool is_known = base::is_credential_word(word) && !word.ends_with('s');
  return is_known || among(whole_words, word) ||
         std::ranges::any_of(endings, [&](auto ending) { return word.ends_with(ending); });
}

/// In lower case; they end at what is no letter or digit, and where capitals begin.
std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> out;
  bool begins = true;
  char before = '\0';
  for (const char c : name) {
    const bool is_part = base::is_alpha(c) || base::is_digit(c);
    const bool is_capital = c != base::to_lower(c);
    const bool follows_small = base::is_alpha(before) && before == base::to_lower(before);
    if (is_part && (begins || (is_capital && follows_small))) out.emplace_back();
    if (is_part) out.back() += base::to_lower(c);
    begins = !is_part;
    before = c;
  }
  return out;
}

}  // namespace

bool names_credential(std::string_view name) {
  const auto whole = base::lower(name);
  if (among(others, whole)) return true;
  if (whole == "x-ms-session-token") return false;  // of a database: how far a client has read
  const auto words = words_of(name);
  if (words.empty() || !is_of_credential(words.back())) return false;
  for (const auto end : {"key"sv, "token"sv}) {
    if (!words.back().ends_with(end)) continue;
    const auto stem = std::string_view(words.back()).substr(0, words.back().size() - end.size());
    if (among(harmless, stem)) return false;
    return !stem.empty() || words.size() < 2 || !among(harmless, words[words.size() - 2]);
  }
  return true;
}

bool speaks_of_credential(std::string_view text) {
  return std::ranges::any_of(words_of(text), is_of_credential);
}

}  // namespace flow
