// SPDX-License-Identifier: Apache-2.0
#include "config/problem.h"

#include <fmt/format.h>

#include "base/text.h"

namespace config {

std::string place_of(const base::Origin& origin) {
  std::string place = base::escape_for_terminal(origin.file);
  if (origin.line > 0) place += ":" + std::to_string(origin.line);
  if (origin.line > 0 && origin.column > 0) place += ":" + std::to_string(origin.column);
  return place;
}

Problem problem_of(const base::Error& error, const base::Origin& origin, std::string_view key) {
  const auto hint = error.hint.empty() ? "" : "; " + error.hint;
  return {origin, fmt::format("{}: {}{}", key, error.message, hint)};
}

std::string Problem::to_string() const {
  return place_of(origin) + ": " + base::escape_for_terminal(message);
}

}  // namespace config
