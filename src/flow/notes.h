// SPDX-License-Identifier: Apache-2.0
#pragma once
// What was found inside a request, by name, for the log. Never a secret.

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "redact/rule.h"

namespace flow {

struct Notes {
  std::vector<std::string> substituted{};     // secrets whose placeholders were replaced
  std::vector<std::string> kept{};            // tokens that were taken out of the answer
  std::optional<redact::Action> redaction{};  // the most severe
  std::vector<std::string> redacted{};        // redaction rules that found something
  std::vector<std::string> where{};           // "NAME PLACE" of both: "key header:x-api-key"
  bool searched = false;                      // the head was looked into

  static constexpr std::size_t most_places = 64;  // the program says how many there are

  void worsen(redact::Action action) { redaction = std::max(redaction.value_or(action), action); }

  /// Where one was found: "path", "query", "header:x-api-key", "body:$.auth.token", "ws".
  void note_place(std::string_view name, std::string_view place) {
    if (where.size() < most_places) add(where, std::string(name) + " " + std::string(place));
  }

  /// Each name once.
  static void add(std::vector<std::string>& names, std::string_view name) {
    if (std::ranges::find(names, name) == names.end()) names.emplace_back(name);
  }
};

}  // namespace flow
