// SPDX-License-Identifier: Apache-2.0
#include "policy/glob_tokens.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"

namespace policy {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;
using Kind = GlobPiece::Kind;
using Pieces = std::span<const GlobPiece>;

ByteSet only(std::string_view members) {
  ByteSet set;
  for (const char c : members)
    set.set(static_cast<unsigned char>(c));
  return set;
}

ByteSet all_but(std::string_view excluded) { return ~only(excluded); }

struct Reach {
  ByteSet one;       // `?` and classes
  ByteSet star;      // `*`
  ByteSet globstar;  // `**`
  ByteSet tail;      // what a final "/**" may begin with
};

Reach reach_in(Region region) {
  const ByteSet any = all_but("");
  switch (region) {
    case Region::host:
      return {any, any, any, {}};
    case Region::path:
      return {all_but("/"), all_but("/"), any, only("/")};
    case Region::authority:
      return {all_but("/?#"), all_but("/?#"), all_but("/?#"), {}};
    case Region::url:
      return {all_but("/"), any, any, only("/?")};
  }
  std::unreachable();
}

GlobToken token_for(const GlobPiece& piece, const Reach& reach) {
  switch (piece.kind) {
    case Kind::literal:
      return {.accepts = only({&piece.byte, 1}), .literal = piece.byte};
    case Kind::one:
      return {.accepts = reach.one};
    case Kind::set:
      return {.accepts = (piece.is_negated ? ~piece.members : piece.members) & reach.one};
    case Kind::star:
      return {.accepts = reach.star, .repeats = true, .skip = 1};
    case Kind::globstar:
      return {.accepts = reach.globstar, .repeats = true, .skip = 1};
  }
  std::unreachable();
}

/// "/**" before '/' or at the end: a '/' and anything, or nothing at all.
bool is_subtree(Pieces pieces, std::size_t i) {
  return is_literal(pieces[i], '/') && i + 1 < pieces.size() &&
         pieces[i + 1].kind == Kind::globstar &&
         (i + 2 == pieces.size() || is_literal(pieces[i + 2], '/'));
}

/// A class is held against one byte of a normalised URL; a member that is always escaped there
/// would never match.
Result<> check_class(const GlobPiece& set) {
  for (unsigned byte = 0; byte < set.members.size(); ++byte) {
    if (!set.members.test(byte) || stays_raw(static_cast<unsigned char>(byte))) continue;
    return fail(
        ErrorKind::invalid,
        fmt::format("a class holds byte 0x{:02x}, which is always escaped in a URL", byte),
        "write it outside of the class");
  }
  return {};
}

Result<> refuse_dot_segments(Pieces pieces) {
  std::string shape;
  for (const GlobPiece& piece : pieces)
    shape += piece.kind == Kind::literal ? piece.byte : '*';
  for (const auto segment : base::split(shape, '/')) {
    if (segment != "." && segment != "..") continue;
    return fail(
        ErrorKind::invalid, "a dot segment never matches: requests have none left",
        "write the path without it");
  }
  return {};
}

}  // namespace

void append_tokens(std::vector<GlobToken>& tokens, Pieces pieces, Region region) {
  const Reach reach = reach_in(region);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    GlobToken token = token_for(pieces[i], reach);
    if (reach.tail.any() && is_subtree(pieces, i)) {
      token.skip = 2;
      if (i + 2 == pieces.size()) token.accepts = reach.tail;
    }
    tokens.push_back(token);
  }
}

Result<GlobPieces> normalise_runs(Pieces pieces, UrlPart part) {
  GlobPieces out;
  std::string run;
  for (const GlobPiece& piece : pieces) {
    if (piece.kind == Kind::literal) {
      run += piece.byte;
      continue;
    }
    if (piece.kind == Kind::set) TRY_VOID(check_class(piece));
    append_literal(out, TRY(normalise_escapes(run, part)));
    run.clear();
    out.push_back(piece);
  }
  append_literal(out, TRY(normalise_escapes(run, part)));
  TRY_VOID(refuse_dot_segments(out));
  return out;
}

}  // namespace policy
