// SPDX-License-Identifier: Apache-2.0
#include "policy/glob_parse.h"

#include <utility>

#include "policy/glob_host.h"
#include "policy/glob_tokens.h"
#include "policy/glob_url.h"
#include "policy/normalise.h"

namespace policy {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;
using Kind = GlobPiece::Kind;
using Pieces = std::span<const GlobPiece>;

Glob compile(Pieces pieces, Region region) {
  std::vector<GlobToken> tokens;
  append_tokens(tokens, pieces, region);
  return Glob(std::move(tokens));
}

bool can_begin_a_path(Pieces pieces) {
  if (is_literal(pieces[0], '/') || pieces[0].kind == Kind::globstar) return true;
  return pieces[0].kind == Kind::star && pieces.size() > 1 && is_literal(pieces[1], '/');
}

Result<Glob> parse_path_glob(Pieces pieces) {
  if (!can_begin_a_path(pieces)) {
    return fail(ErrorKind::invalid, "a path begins with '/'", "write /... or **/...");
  }
  if (const auto text = literal_text(pieces)) return Glob::literal(TRY(normalise_path(*text)));
  return compile(TRY(normalise_runs(pieces, UrlPart::path)), Region::path);
}

}  // namespace

Result<Glob> parse_glob(std::string_view pattern, Scope scope) {
  // Nearly all hosts of a profile are plain names, and every start compiles them.
  const bool is_plain = pattern.find_first_of(R"(*?[]{}\)") == std::string_view::npos;
  if (scope == Scope::host && is_plain && !pattern.empty())
    return Glob::literal(TRY(normalise_host(pattern)));
  const GlobPieces pieces = TRY(lex_glob(pattern));
  if (pieces.empty()) return fail(ErrorKind::invalid, "an empty pattern");
  switch (scope) {
    case Scope::host:
      return compile(TRY(normalise_host_pieces(pieces)), Region::host);
    case Scope::path:
      return parse_path_glob(pieces);
    case Scope::url:
      return parse_url_glob(pieces);
  }
  std::unreachable();
}

}  // namespace policy
