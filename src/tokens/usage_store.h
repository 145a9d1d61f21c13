// SPDX-License-Identifier: Apache-2.0
#pragma once
// How much was done with tokens that may do only so much. On disk, so that neither another sandbox
// nor a new start begins to count anew.

#include <filesystem>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"
#include "tokens/token.h"
#include "tokens/verify.h"

namespace tokens {

/// Whether any caveat of it asks how much was done.
bool needs_counting(const Presented& presented);

/// A file for each minting (Token::id()) that is counted: "REQUESTS BYTES", changed under a lock.
/// Any thread, any process.
class UsageStore {
public:
  explicit UsageStore(std::filesystem::path directory) : directory_(std::move(directory)) {}

  /// What was done so far.
  base::Result<Usage> used(std::string_view token_id) const;
  /// Counts a request and `bytes_up`, if it is within the allowance; else false, and nothing is
  /// counted. In one step.
  base::Result<bool> count(
      std::string_view token_id,
      const Allowance& allowance,
      std::uint64_t requests,
      std::uint64_t bytes_up) const;

private:
  base::Result<base::Fd> open(std::string_view token_id) const;

  std::filesystem::path directory_;
};

}  // namespace tokens
