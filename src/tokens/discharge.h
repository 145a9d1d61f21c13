// SPDX-License-Identifier: Apache-2.0
#pragma once
// Third-party caveats: "somebody else must agree", for example a person.
//
// Whoever adds one makes a secret up and hides it twice: in the ticket, for the third party, with a
// key that both know; and in the verifier key, for the verifier, with the tail that the token has
// at that point. The third party answers with a discharge: a sealed token whose key is the secret
// and whose key id is the ticket. Hidden is by ChaCha20-Poly1305 (RFC 8439), nonce in front.

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "tokens/token.h"

namespace tokens {

/// Fresh random bytes for one third-party caveat.
struct ThirdPartyEntropy {
  std::array<char, 32> secret{};
  std::array<char, 12> ticket_nonce{};
  std::array<char, 12> verifier_nonce{};
};

/// A caveat to be the next of `token`. `shared_key` has 32 bytes. `conditions` are for the third
/// party to look at; the verifier does not see them.
Caveat third_party(
    const Token& token,
    std::string_view location,
    const base::Secret& shared_key,
    const ThirdPartyEntropy& entropy,
    const std::vector<Caveat>& conditions = {});

/// What the third party answers: a discharge that holds within `caveats`. `denied` when the ticket
/// was not made with `shared_key`.
base::Result<Token> discharge(
    const ThirdParty& party,
    const base::Secret& shared_key,
    const std::array<char, 16>& random,
    const std::vector<Caveat>& caveats);

/// The secret that the verifier finds: the key of a discharge. nullopt when it was not hidden with
/// this tail.
std::optional<base::Secret> key_of_discharge(const ThirdParty& party, const Tail& tail_before);

}  // namespace tokens
