// SPDX-License-Identifier: Apache-2.0
#pragma once
// A capability token as a value, as bytes and as text.
//
//   token  = [nonce, location, caveats, tail]        MessagePack, canonical (msgpack.h)
//   nonce  = [key id : bin, random : 16 bytes, is a discharge : bool]
//   caveats = [kind, body, kind, body, ...]
//   text   = "acm_" and the bytes in base64url (RFC 4648, section 5) without padding
//
// One token has one text: padding, other alphabets, unused bits, bytes behind the token and longer
// spellings of a value are refused.

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tokens/caveat.h"

namespace tokens {

inline constexpr std::string_view prefix = "acm_";
/// Where our tokens say that they are from. No signature covers it.
inline constexpr std::string_view own_location = "agent-creds";

/// What the last link of the chain of signatures gave (chain.h). Whoever has it can add caveats.
using Tail = std::array<char, 32>;

struct Nonce {
  std::string key_id;  // of a discharge: the ticket it answers
  std::array<char, 16> random{};
  bool is_discharge = false;
  bool operator==(const Nonce&) const = default;
};

struct Token {
  Nonce nonce;
  std::string location{own_location};
  std::vector<Caveat> caveats{};
  Tail tail{};
  bool operator==(const Token&) const = default;

  /// What names the token and all that descend from it: its random bytes, in hexadecimal.
  std::string id() const;
};

/// Whether a text has the form of Token::id().
bool is_token_id(std::string_view text);

/// What the chain of signatures begins with.
std::string encode(const Nonce& nonce);
std::string encode(const Token& token);
/// `invalid` when the bytes are not exactly one token within the limits (limits.h).
base::Result<Token> decode(std::string_view bytes);

std::string to_text(const Token& token);
base::Result<Token> parse(std::string_view text);

/// A token and what discharges its third-party caveats, as they are sent together.
struct Presented {
  Token token;
  std::vector<Token> discharges{};
};

/// "TOKEN" or "TOKEN,DISCHARGE,...", blanks around commas and empty pieces allowed, also with
/// "Bearer " in front: the value of an Authorization header.
base::Result<Presented> parse_presented(std::string_view text);

}  // namespace tokens
