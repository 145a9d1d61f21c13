// SPDX-License-Identifier: Apache-2.0
#include "tokens/token.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/text.h"
#include "tokens/bytes.h"
#include "tokens/limits.h"
#include "tokens/msgpack.h"

namespace tokens {
namespace {

using base::ErrorKind;
using base::Result;
using msgpack::Reader;

std::unexpected<base::Error> fail_malformed(std::string what) {
  return base::fail(ErrorKind::invalid, "not a token: " + std::move(what));
}

/// A binary of exactly that size.
template <std::size_t Size>
bool take_exactly(Reader& in, std::array<char, Size>& out) {
  const auto bytes = in.take_binary();
  if (!bytes || bytes->size() != Size) return false;
  std::ranges::copy(*bytes, out.begin());
  return true;
}

void append(std::string& out, const Nonce& nonce) {
  msgpack::append_array(out, 3);
  msgpack::append_binary(out, nonce.key_id);
  msgpack::append_binary(out, view(nonce.random));
  msgpack::append_bool(out, nonce.is_discharge);
}

Result<Nonce> take_nonce(Reader& in) {
  Nonce nonce;
  if (in.take_array() != 3) return fail_malformed("its nonce has not three parts");
  const auto key_id = in.take_binary();
  if (!key_id || !take_exactly(in, nonce.random))
    return fail_malformed("its nonce is not a key id and 16 bytes");
  nonce.key_id = *key_id;
  const auto is_discharge = in.take_bool();
  if (!is_discharge) return fail_malformed("its nonce does not say whether it is a discharge");
  nonce.is_discharge = *is_discharge;
  return nonce;
}

Result<std::vector<Caveat>> take_caveats(Reader& in) {
  const auto size = in.take_array();
  if (!size || *size % 2 != 0) return fail_malformed("its caveats are not a list of pairs");
  if (*size / 2 > most_caveats)
    return fail_malformed(fmt::format("it has more than {} caveats", most_caveats));
  std::vector<Caveat> caveats;
  caveats.reserve(*size / 2);
  for (std::size_t i = 0; i < *size; i += 2) {
    const auto kind = in.take_unsigned();
    const auto body = kind ? in.take_any(deepest_nesting) : std::nullopt;
    if (!body) return fail_malformed("a caveat is not in its one spelling");
    auto caveat = Caveat::decode(*kind, *body);
    if (!caveat) return fail_malformed(caveat.error().message);
    caveats.push_back(*std::move(caveat));
  }
  return caveats;
}

std::string to_base64url(std::string_view bytes) {
  std::string text = base::to_base64(bytes);
  while (text.ends_with('='))
    text.pop_back();
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

/// Without padding; unused bits must be zero.
std::optional<std::string> from_base64url(std::string_view text) {
  if (text.find_first_of("+/=") != std::string_view::npos) return std::nullopt;
  std::string standard;
  standard.reserve(text.size() + 3);
  standard = text;
  std::ranges::replace(standard, '-', '+');
  std::ranges::replace(standard, '_', '/');
  standard.append((4 - text.size() % 4) % 4, '=');
  return base::from_base64(standard);
}

}  // namespace

std::string Token::id() const { return base::to_hex(view(nonce.random)); }

bool is_token_id(std::string_view text) {
  const auto is_digit = [](char c) { return base::hex_value(c) >= 0 && c == base::to_lower(c); };
  return text.size() == 2 * Nonce().random.size() && std::ranges::all_of(text, is_digit);
}

std::string encode(const Nonce& nonce) {
  std::string out;
  append(out, nonce);
  return out;
}

std::string encode(const Token& token) {
  std::string out;
  msgpack::append_array(out, 4);
  append(out, token.nonce);
  msgpack::append_string(out, token.location);
  msgpack::append_array(out, token.caveats.size() * 2);
  for (const Caveat& caveat : token.caveats) {
    msgpack::append_unsigned(out, caveat.kind());
    out += caveat.body();
  }
  msgpack::append_binary(out, view(token.tail));
  return out;
}

Result<Token> decode(std::string_view bytes) {
  if (bytes.size() > longest_token) return fail_malformed("it is too long");
  Reader in(bytes);
  if (in.take_array() != 4) return fail_malformed("it has not four parts");
  Token token{.nonce = TRY(take_nonce(in))};
  const auto location = in.take_string();
  if (!location) return fail_malformed("its location is not text");
  token.location = *location;
  token.caveats = TRY(take_caveats(in));
  if (!take_exactly(in, token.tail)) return fail_malformed("its signature has not 32 bytes");
  if (!in.at_end()) return fail_malformed("bytes follow it");
  return token;
}

std::string to_text(const Token& token) {
  return std::string(prefix) + to_base64url(encode(token));
}

Result<Token> parse(std::string_view text) {
  if (!text.starts_with(prefix))
    return fail_malformed("it does not begin with " + std::string(prefix));
  if (text.size() > longest_token)
    return fail_malformed(fmt::format("it is longer than {} characters", longest_token));
  const auto bytes = from_base64url(text.substr(prefix.size()));
  if (!bytes) return fail_malformed("it is not base64url without padding, in its one spelling");
  return decode(*bytes);
}

Result<Presented> parse_presented(std::string_view text) {
  constexpr std::string_view scheme = "Bearer ";
  if (text.size() > longest_presented)
    return fail_malformed(fmt::format("together longer than {} characters", longest_presented));
  text = base::trim(text);
  if (base::iequals(text.substr(0, scheme.size()), scheme)) text.remove_prefix(scheme.size());
  std::vector<Token> all;
  for (const auto piece : base::split(text, ',')) {
    const auto trimmed = base::trim(piece);
    if (trimmed.empty()) continue;
    if (all.size() > most_discharges)
      return fail_malformed(fmt::format("more than {} discharges", most_discharges));
    all.push_back(TRY(parse(trimmed)));
  }
  if (all.empty()) return fail_malformed("nothing was given");
  Presented presented{.token = std::move(all.front())};
  presented.discharges.assign(
      std::make_move_iterator(all.begin() + 1), std::make_move_iterator(all.end()));
  return presented;
}

}  // namespace tokens
