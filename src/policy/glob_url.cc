// SPDX-License-Identifier: Apache-2.0
#include "policy/glob_url.h"

#include <algorithm>

#include "base/text.h"
#include "policy/glob_host.h"
#include "policy/glob_tokens.h"
#include "policy/normalise.h"
#include "policy/target.h"

namespace policy {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;
using Kind = GlobPiece::Kind;
using Pieces = std::span<const GlobPiece>;

bool is_slash(const GlobPiece& piece) { return is_literal(piece, '/'); }
bool is_wildcard(const GlobPiece& piece) {
  return piece.kind == Kind::star || piece.kind == Kind::globstar;
}

/// "scheme://authority" and what follows.
struct UrlPieces {
  Pieces scheme;
  Pieces authority;
  Pieces rest;

  /// "https://*" and "https://api.*" go on as they please: the last wildcard stands for the rest
  /// too.
  bool is_open() const {
    return rest.empty() && !authority.empty() && is_wildcard(authority.back());
  }
};

std::optional<UrlPieces> take_apart(Pieces pieces) {
  const auto first_slash = [](Pieces in) {
    return static_cast<std::size_t>(std::ranges::find_if(in, is_slash) - in.begin());
  };
  const std::size_t slash = first_slash(pieces);
  const bool is_structured = slash > 1 && slash + 1 < pieces.size() &&
                             is_literal(pieces[slash - 1], ':') && is_slash(pieces[slash + 1]);
  if (!is_structured) return std::nullopt;
  const Pieces after = pieces.subspan(slash + 2);
  const std::size_t size = first_slash(after);
  return UrlPieces{
      .scheme = pieces.first(slash - 1),
      .authority = after.first(size),
      .rest = after.subspan(size)};
}

Result<GlobPieces> normalise_scheme(Pieces scheme) {
  const auto text = literal_text(scheme);
  if (text && default_port(base::lower(*text)) == 0) {
    return fail(ErrorKind::invalid, "the scheme is neither http nor https", "write https://...");
  }
  GlobPieces out(scheme.begin(), scheme.end());
  std::ranges::for_each(out, lower_piece);
  return out;
}

/// ":8443", or nothing when it is the scheme's own port.
Result<std::string> normalise_port(std::string_view port, Pieces scheme) {
  const auto number = port.size() <= 6 ? base::parse_number(port.substr(1)) : std::nullopt;
  if (!number || *number == 0 || *number > 65535) {
    return fail(ErrorKind::invalid, "the port is not a number from 1 to 65535");
  }
  const auto scheme_text = literal_text(scheme);
  if (!scheme_text && (*number == 80 || *number == 443)) {
    return fail(
        ErrorKind::invalid, "port and scheme: a default port is not part of a URL",
        "write the scheme instead of a wildcard, or leave out the port");
  }
  const bool is_default = scheme_text && *number == default_port(*scheme_text);
  return is_default ? "" : ":" + std::to_string(*number);
}

Result<GlobPieces> normalise_host_part(Pieces host) {
  GlobPieces out = TRY(normalise_host_pieces(host));
  const auto name = literal_text(out);
  if (!name || !name->contains(':')) return out;
  GlobPieces bracketed;
  append_literal(bracketed, "[" + *name + "]");
  return bracketed;
}

Result<GlobPieces> normalise_authority(const UrlPieces& url, Pieces scheme) {
  if (url.authority.empty()) return fail(ErrorKind::invalid, "a URL pattern without a host");
  if (url.is_open()) {
    GlobPieces out = TRY(normalise_host_pieces(url.authority));
    out.pop_back();
    return out;
  }
  const Pieces host = url.authority.first(port_begin(url.authority));
  if (host.empty()) return fail(ErrorKind::invalid, "a URL pattern without a host");
  GlobPieces out = TRY(normalise_host_part(host));
  const auto port = literal_text(url.authority.subspan(host.size()));
  if (!port->empty()) append_literal(out, TRY(normalise_port(*port, scheme)));
  return out;
}

Result<GlobPieces> normalise_rest(const UrlPieces& url) {
  if (url.is_open()) return GlobPieces{url.authority.back()};
  if (url.rest.empty()) return GlobPieces{GlobPiece{.byte = '/'}};
  return normalise_runs(url.rest, UrlPart::query);
}

Result<Glob> parse_structured(const UrlPieces& url) {
  const GlobPieces scheme = TRY(normalise_scheme(url.scheme));
  GlobPieces separator;
  append_literal(separator, "://");
  std::vector<GlobToken> tokens;
  append_tokens(tokens, scheme, Region::authority);
  append_tokens(tokens, separator, Region::authority);
  append_tokens(tokens, TRY(normalise_authority(url, scheme)), Region::authority);
  append_tokens(tokens, TRY(normalise_rest(url)), Region::url);
  return Glob(std::move(tokens));
}

/// A host pattern that ends in a letter: a wildcard before it cannot reach into a port.
bool is_settled(Pieces host) {
  return !host.empty() && host.back().kind == Kind::literal && base::is_alpha(host.back().byte);
}

}  // namespace

Result<Glob> parse_url_glob(Pieces pieces) {
  if (const auto text = literal_text(pieces)) {
    const Url url = TRY(parse_url(*text));
    return Glob::literal(url_of(url.target("")));
  }
  if (const auto url = take_apart(pieces)) return parse_structured(*url);
  if (pieces[0].kind == Kind::literal && base::to_lower(pieces[0].byte) != 'h') {
    return fail(ErrorKind::invalid, "a URL begins with its scheme", "write https://... or *...");
  }
  std::vector<GlobToken> tokens;
  append_tokens(tokens, TRY(normalise_runs(pieces, UrlPart::query)), Region::url);
  return Glob(std::move(tokens));
}

Result<std::optional<Glob>> host_of_url_glob(Pieces pieces) {
  const auto url = take_apart(pieces);
  if (!url || url->is_open()) return std::optional<Glob>();
  const Pieces host = url->authority.first(port_begin(url->authority));
  const bool has_port = host.size() < url->authority.size();
  if (!literal_text(host) && !has_port && !is_settled(host)) return std::optional<Glob>();
  std::vector<GlobToken> tokens;
  append_tokens(tokens, TRY(normalise_host_pieces(host)), Region::host);
  return std::optional(Glob(std::move(tokens)));
}

}  // namespace policy
