// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the gateway takes capability tokens by.

#include <filesystem>
#include <string>

#include "tokens/approvals.h"
#include "tokens/live_ring.h"
#include "tokens/usage_store.h"

namespace flow {

/// What goes without a token.
enum class TokenNeed {
  never,        // everything, as if there were no tokens
  credentials,  // everything, but no credential is added
  always,       // nothing
};

struct TokenGate {
  TokenGate(
      std::filesystem::path keys,
      std::filesystem::path usage_directory,
      std::filesystem::path approvals_directory)
      : ring(std::move(keys)),
        usage(std::move(usage_directory)),
        approvals(std::move(approvals_directory)) {}

  tokens::LiveRing ring;
  tokens::UsageStore usage;
  tokens::Approvals approvals;
  TokenNeed need = TokenNeed::never;
  std::string sandbox{};  // what tokens may be bound to
  std::string client{};   // likewise, a label; empty: it has none, and no such token holds
  bool counts = true;     // false where nothing is sent
};

}  // namespace flow
