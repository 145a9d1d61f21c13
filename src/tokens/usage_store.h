// SPDX-License-Identifier: Apache-2.0
#pragma once
// How much was done with tokens that may do only so much. On disk, so that neither another sandbox
// nor a new start begins to count anew.

#include <filesystem>
#include <string_view>

#include "base/clock.h"
#include "base/fd.h"
#include "base/result.h"
#include "tokens/token.h"
#include "tokens/verify.h"

namespace tokens {

/// Whether any caveat of it asks how much was done.
bool needs_counting(const Presented& presented);

/// A file for each minting (Token::id()) that is counted: "REQUESTS BYTES" and, in a line of its
/// own, "UNTIL", when all its tokens have ended; changed under a lock. Any thread, any process.
class UsageStore {
public:
  explicit UsageStore(std::filesystem::path directory) : directory_(std::move(directory)) {}

  /// What was done so far. Asking leaves nothing on disk.
  base::Result<Usage> used(std::string_view token_id) const;
  /// Counts a request and `bytes_up`, if it is within the allowance; else false, and nothing is
  /// counted. In one step. The token is a good one: this makes its file.
  base::Result<bool> count(
      std::string_view token_id,
      const Allowance& allowance,
      std::uint64_t requests,
      std::uint64_t bytes_up) const;

  /// Removes the files of tokens that ended a day ago or earlier. What cannot be looked at stays,
  /// and so does, for this time, what is beyond the first few thousand.
  void forget_ended(base::WallTime now) const;

private:
  enum class Missing { is_error, is_made };
  /// Locked, and there.
  base::Result<base::Fd> open(std::string_view token_id, Missing missing) const;

  std::filesystem::path directory_;
};

}  // namespace tokens
