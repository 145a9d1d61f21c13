// SPDX-License-Identifier: Apache-2.0
#pragma once
// The words of a glob pattern: literal bytes, `?`, `*`, `**` and classes. What a wildcard may match
// depends on where it stands, so that is decided later (glob_parse.h).

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "policy/glob.h"

namespace policy {

struct GlobPiece {
  enum class Kind { literal, one, star, globstar, set };
  Kind kind = Kind::literal;
  char byte = 0;      // of a literal
  ByteSet members{};  // of a set, as written
  bool is_negated = false;
};
using GlobPieces = std::vector<GlobPiece>;

/// A pattern without braces; a backslash makes the next character literal. Refuses an open class,
/// an empty one, a range that runs backwards and a backslash at the end.
base::Result<GlobPieces> lex_glob(std::string_view pattern);

/// Where the token at `begin` ends: an escaped character and a class are one token.
std::size_t glob_token_end(std::string_view pattern, std::size_t begin);

/// The text when every piece is literal.
std::optional<std::string> literal_text(std::span<const GlobPiece> pieces);
void append_literal(GlobPieces& pieces, std::string_view text);
inline bool is_literal(const GlobPiece& piece, char byte) {
  return piece.kind == GlobPiece::Kind::literal && piece.byte == byte;
}

}  // namespace policy
