// SPDX-License-Identifier: Apache-2.0
#include "policy/glob_pieces.h"

#include <algorithm>

namespace policy {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;
using Kind = GlobPiece::Kind;

/// The next member of a class, a backslash left out.
char take_member(std::string_view& members) {
  if (members.front() == '\\' && members.size() > 1) members.remove_prefix(1);
  const char member = members.front();
  members.remove_prefix(1);
  return member;
}

/// "abc", "a-z", "!a": what stands between the brackets.
Result<GlobPiece> parse_class(std::string_view members) {
  GlobPiece set{.kind = Kind::set};
  set.is_negated = members.starts_with('!') || members.starts_with('^');
  if (set.is_negated) members.remove_prefix(1);
  if (members.empty())
    return fail(ErrorKind::invalid, "an empty class", R"(write \[ for a bracket)");
  while (!members.empty()) {
    const auto first = static_cast<unsigned char>(take_member(members));
    auto last = first;
    if (members.size() > 1 && members.front() == '-') {
      members.remove_prefix(1);
      last = static_cast<unsigned char>(take_member(members));
    }
    if (last < first) return fail(ErrorKind::invalid, "a range in a class runs backwards");
    if (last >= 0x80) return fail(ErrorKind::invalid, "a class holds ASCII characters only");
    for (unsigned byte = first; byte <= last; ++byte)
      set.members.set(byte);
  }
  return set;
}

Result<GlobPiece> lex_token(std::string_view token) {
  switch (token.front()) {
    case '\\':
      if (token.size() == 1) return fail(ErrorKind::invalid, "a backslash at the end");
      return GlobPiece{.byte = token[1]};
    case '[':
      if (token.size() == 1) {
        return fail(ErrorKind::invalid, "'[' without ']'", R"(write \[ for a bracket)");
      }
      return parse_class(token.substr(1, token.size() - 2));
    case '?':
      return GlobPiece{.kind = Kind::one};
    case '*':
      return GlobPiece{.kind = token.size() > 1 ? Kind::globstar : Kind::star};
    default:
      return GlobPiece{.byte = token.front()};
  }
}

}  // namespace

std::size_t glob_token_end(std::string_view pattern, std::size_t begin) {
  switch (pattern[begin]) {
    case '\\':
      return std::min(begin + 2, pattern.size());
    case '*':
      return std::min(pattern.find_first_not_of('*', begin), pattern.size());
    case '[':
      for (std::size_t i = begin + 1; i < pattern.size(); i += pattern[i] == '\\' ? 2 : 1) {
        if (pattern[i] == ']') return i + 1;
      }
      return begin + 1;
    default:
      return begin + 1;
  }
}

Result<GlobPieces> lex_glob(std::string_view pattern) {
  GlobPieces pieces;
  while (!pattern.empty()) {
    const std::size_t size = glob_token_end(pattern, 0);
    pieces.push_back(TRY(lex_token(pattern.substr(0, size))));
    pattern.remove_prefix(size);
  }
  return pieces;
}

std::optional<std::string> literal_text(std::span<const GlobPiece> pieces) {
  std::string text;
  for (const GlobPiece& piece : pieces) {
    if (piece.kind != Kind::literal) return std::nullopt;
    text += piece.byte;
  }
  return text;
}

void append_literal(GlobPieces& pieces, std::string_view text) {
  for (const char byte : text)
    pieces.push_back({.byte = byte});
}

}  // namespace policy
