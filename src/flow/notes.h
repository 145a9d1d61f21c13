// SPDX-License-Identifier: Apache-2.0
#pragma once
// What was found inside a request, by name, for the log. Never a secret.

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace flow {

struct Notes {
  std::vector<std::string> substituted{};  // secrets whose placeholders were replaced
  std::string redaction_action{};          // the most severe
  std::vector<std::string> redacted{};     // redaction rules that found something

  /// Each name once.
  static void add(std::vector<std::string>& names, std::string_view name) {
    if (std::ranges::find(names, name) == names.end()) names.emplace_back(name);
  }
};

}  // namespace flow
