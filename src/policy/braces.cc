// SPDX-License-Identifier: Apache-2.0
#include "policy/braces.h"

#include <optional>

#include "policy/glob_pieces.h"

namespace policy {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

constexpr std::size_t most_alternatives = 64;

/// The first brace group: where it opens and closes, and the commas between that belong to it.
struct Group {
  std::size_t open;
  std::size_t close;
  std::vector<std::size_t> commas;
};

Result<std::optional<Group>> first_group(std::string_view pattern) {
  Group group{};
  int depth = 0;
  for (std::size_t i = 0; i < pattern.size(); i = glob_token_end(pattern, i)) {
    const char c = pattern[i];
    if (c == '{' && depth++ == 0) group.open = i;
    if (c == ',' && depth == 1) group.commas.push_back(i);
    if (c != '}') continue;
    if (depth == 0) return fail(ErrorKind::invalid, "'}' without '{'", R"(write \} for a brace)");
    if (--depth > 0) continue;
    group.close = i;
    return std::optional(std::move(group));
  }
  if (depth > 0) return fail(ErrorKind::invalid, "'{' without '}'", R"(write \{ for a brace)");
  return std::optional<Group>();
}

Result<> expand_into(std::vector<std::string>& out, std::string pattern) {
  const auto group = TRY(first_group(pattern));
  if (!group) {
    out.push_back(std::move(pattern));
    if (out.size() <= most_alternatives) return {};
    return fail(ErrorKind::invalid, "more than 64 alternatives", "write several rules, or a regex");
  }
  const std::string before = pattern.substr(0, group->open);
  const std::string after = pattern.substr(group->close + 1);
  std::size_t begin = group->open + 1;
  for (std::size_t i = 0; i <= group->commas.size(); ++i) {
    const std::size_t end = i < group->commas.size() ? group->commas[i] : group->close;
    std::string alternative = before;
    alternative.append(pattern, begin, end - begin).append(after);
    TRY_VOID(expand_into(out, std::move(alternative)));
    begin = end + 1;
  }
  return {};
}

}  // namespace

Result<std::vector<std::string>> expand_braces(std::string_view pattern) {
  std::vector<std::string> out;
  TRY_VOID(expand_into(out, std::string(pattern)));
  return out;
}

}  // namespace policy
