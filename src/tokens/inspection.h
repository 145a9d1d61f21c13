// SPDX-License-Identifier: Apache-2.0
#pragma once
// Everything that can be said of a token that is at hand, for a person or a program.

#include <string>

#include "base/clock.h"
#include "tokens/verify.h"

namespace tokens {

struct Inspection {
  Presented presented;
  Signature signature = Signature::unknown_key;
  bool is_revoked = false;
  base::WallTime now;
};

Inspection inspect(Presented presented, const KeyRing& ring, base::WallTime now);

/// What it permits, until when, and whether it is good; escaped for a terminal.
std::string to_text(const Inspection& inspection);
/// One JSON object and a newline: docs/tokens.md.
std::string to_json(const Inspection& inspection);

}  // namespace tokens
