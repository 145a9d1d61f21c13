// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a person has agreed to, on the host: kept there, not sent along with the token, so that an
// agreement cannot be copied, and ends when it is taken away.
//
// An approval names a token by the SHA-256 of its tail, and so means exactly what the person was
// shown: that token and whatever is made from it, which is narrower; never the wider one that it
// was made from.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "tokens/token.h"
#include "tokens/verify.h"

namespace tokens {

/// Whether any caveat of it asks for a person.
bool needs_approval(const Presented& presented);

/// What names this token and no other in an Approval.
std::string digest_of(const Tail& tail);

/// A file for each minting (Token::id()): "DIGEST UNTIL" a line, replaced under a lock. Any thread,
/// any process.
class Approvals {
public:
  explicit Approvals(std::filesystem::path directory) : directory_(std::move(directory)) {}

  /// Those for tokens of that minting, also ended ones. Empty when there are none.
  base::Result<std::vector<Approval>> of(std::string_view token_id) const;
  /// Keeps one more, and forgets those that ended. An earlier one for the same token ends now.
  base::Result<> add(std::string_view token_id, Approval approval, base::WallTime now) const;

private:
  base::Result<std::filesystem::path> file_of(std::string_view token_id) const;

  std::filesystem::path directory_;
};

}  // namespace tokens
