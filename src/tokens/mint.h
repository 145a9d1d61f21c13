// SPDX-License-Identifier: Apache-2.0
#pragma once
// Making tokens: a new one with a key, a narrower one from another without any.

#include <array>
#include <vector>

#include "base/result.h"
#include "tokens/key_ring.h"
#include "tokens/token.h"

namespace tokens {

/// `random` is fresh and nobody's guess: it names the token.
base::Result<Token> mint(
    const Key& key, const std::array<char, 16>& random, const std::vector<Caveat>& caveats);

/// `token` with more caveats. One that it has already is not added again, but for AskPerson.
/// `invalid` for a discharge, which is sealed; for what would no longer be within the limits; and
/// for a second third party of one location.
base::Result<Token> attenuate(Token token, const std::vector<Caveat>& caveats);

}  // namespace tokens
