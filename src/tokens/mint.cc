// SPDX-License-Identifier: Apache-2.0
#include "tokens/mint.h"

#include <algorithm>

#include "tokens/chain.h"
#include "tokens/limits.h"

namespace tokens {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

/// A second person's word is not that of the first: each has to be given later than its caveat.
bool has(const Token& token, const Caveat& caveat) {
  if (caveat.as<AskPerson>() != nullptr) return false;
  return std::ranges::find(token.caveats, caveat) != token.caveats.end();
}

bool has_third_party(const Token& token, std::string_view location) {
  return std::ranges::any_of(token.caveats, [&](const Caveat& caveat) {
    const auto* party = caveat.as<ThirdParty>();
    return party != nullptr && party->location == location;
  });
}

}  // namespace

Result<Token> mint(
    const Key& key, const std::array<char, 16>& random, const std::vector<Caveat>& caveats) {
  Token token{.nonce = {.key_id = key.id, .random = random}};
  token.tail = Chain(key.secret.reveal(), token.nonce).tail();
  return attenuate(std::move(token), caveats);
}

Result<Token> attenuate(Token token, const std::vector<Caveat>& caveats) {
  if (token.nonce.is_discharge) {
    return fail(
        ErrorKind::invalid, "a discharge is sealed: nothing can be added to it",
        "attenuate the token that it belongs to");
  }
  Chain chain(token.tail);
  for (const Caveat& caveat : caveats) {
    if (has(token, caveat)) continue;
    const auto* party = caveat.as<ThirdParty>();
    if (party != nullptr && has_third_party(token, party->location))
      return fail(ErrorKind::invalid, "the token asks that third party already");
    chain.add(caveat);
    token.caveats.push_back(caveat);
  }
  token.tail = chain.tail();
  if (token.caveats.size() > most_caveats || to_text(token).size() > longest_token) {
    return fail(
        ErrorKind::invalid, "the token would be too long",
        "a token has at most " + std::to_string(most_caveats) + " caveats and " +
            std::to_string(longest_token) + " characters");
  }
  return token;
}

}  // namespace tokens
