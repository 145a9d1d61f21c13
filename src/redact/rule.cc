// SPDX-License-Identifier: Apache-2.0
#include "redact/rule.h"

#include <algorithm>

#include "redact/regex.h"

namespace redact {

using base::ErrorKind;
using base::fail;

std::string_view name_of(Action action) {
  switch (action) {
    case Action::block:
      return "block";
    case Action::redact:
      return "redact";
    case Action::log:
      break;
  }
  return "log";
}

std::optional<Action> action_named(std::string_view name) {
  for (const auto action : {Action::block, Action::redact, Action::log})
    if (name == name_of(action)) return action;
  return std::nullopt;
}

base::Result<> check_name(std::string_view name) {
  constexpr std::size_t longest = 64;
  const bool printable = std::ranges::all_of(name, [](char c) { return c >= ' ' && c <= '~'; });
  if (printable && !name.empty() && name.size() <= longest) return {};
  return fail(ErrorKind::invalid, "a rule's name is 1 to 64 printable ASCII characters");
}

base::Result<> check_pattern(std::string_view pattern) {
  const Regex regex{std::string(pattern)};
  if (auto problem = regex.problem(); !problem.empty())
    return fail(ErrorKind::invalid, std::move(problem));
  if (regex.find("", 0))
    return fail(
        ErrorKind::invalid, "the pattern matches the empty text, so it would match everywhere");
  return {};
}

}  // namespace redact
