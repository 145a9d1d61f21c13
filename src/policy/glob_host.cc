// SPDX-License-Identifier: Apache-2.0
#include "policy/glob_host.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "policy/normalise.h"

namespace policy {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;
using Kind = GlobPiece::Kind;
using Pieces = std::span<const GlobPiece>;

bool is_dot(const GlobPiece& piece) { return is_literal(piece, '.'); }
bool is_colon(const GlobPiece& piece) { return is_literal(piece, ':'); }

/// "fd00:*" is an address, "*.cafe:443" a host and a port.
bool looks_like_ipv6(Pieces pieces) {
  const auto may_occur = [](const GlobPiece& piece) {
    return piece.kind != Kind::literal || is_colon(piece) || is_dot(piece) ||
           base::hex_value(piece.byte) >= 0;
  };
  const auto colons = std::ranges::count_if(pieces, is_colon);
  return std::ranges::all_of(pieces, may_occur) &&
         (colons > 1 || (colons == 1 && port_begin(pieces) == pieces.size()));
}

Result<> check_host_character(char c, bool is_ipv6) {
  if (base::is_alpha(c) || base::is_digit(c) || c == '-' || c == '_') return {};
  if (c == ':' && is_ipv6) return {};
  if (c == ':') return fail(ErrorKind::invalid, "a host pattern has no port", "name it in `ports`");
  if (c == '/') return fail(ErrorKind::invalid, "a host pattern has no path", "use scope `url`");
  return fail(ErrorKind::invalid, "a character that no host name has");
}

/// A label without wildcards that is not ASCII, as an A-label.
Result<std::string> to_a_label(std::string_view label) {
  std::string name = TRY(normalise_host(label));
  if (!name.contains('.')) return name;
  return fail(ErrorKind::invalid, "one label reads as several", "write '.' between labels");
}

Result<> append_label(GlobPieces& out, Pieces label, bool is_ipv6) {
  const auto is_foreign = [](char c) { return static_cast<unsigned char>(c) >= 0x80; };
  const auto text = literal_text(label);
  if (text && std::ranges::any_of(*text, is_foreign)) {
    append_literal(out, TRY(to_a_label(*text)));
    return {};
  }
  for (GlobPiece piece : label) {
    if (piece.kind == Kind::literal) TRY_VOID(check_host_character(piece.byte, is_ipv6));
    lower_piece(piece);
    out.push_back(piece);
  }
  return {};
}

}  // namespace

Result<GlobPieces> normalise_host_pieces(Pieces pieces) {
  GlobPieces out;
  if (const auto text = literal_text(pieces)) {
    append_literal(out, TRY(normalise_host(*text)));
    return out;
  }
  if (is_dot(pieces.back())) pieces = pieces.first(pieces.size() - 1);
  const bool is_ipv6 = looks_like_ipv6(pieces);
  for (auto begin = pieces.begin();;) {
    const auto end = std::find_if(begin, pieces.end(), is_dot);
    TRY_VOID(append_label(out, {begin, end}, is_ipv6));
    if (end == pieces.end()) return out;
    out.push_back(*end);
    begin = end + 1;
  }
}

std::size_t port_begin(Pieces authority) {
  for (std::size_t i = authority.size(); i-- > 0;) {
    if (is_colon(authority[i])) return i;
    if (authority[i].kind != Kind::literal || !base::is_digit(authority[i].byte)) break;
  }
  return authority.size();
}

void lower_piece(GlobPiece& piece) {
  piece.byte = base::to_lower(piece.byte);
  for (unsigned c = 'A'; c <= 'Z'; ++c) {
    if (piece.members.test(c)) piece.members.set(c + 32);
  }
}

}  // namespace policy
