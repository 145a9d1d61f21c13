// SPDX-License-Identifier: Apache-2.0
#pragma once
// The chain of signatures of a token: each caveat is signed with the signature before it, so
// anybody can append one and nobody can take one away.
//
//   T0 = HMAC-SHA256(root key, nonce)
//   Ti = HMAC-SHA256(T(i-1), [kind, body])
//   of a discharge, at the end: HMAC-SHA256("proof-signature-finalization", Tn)

#include <memory>
#include <string_view>

#include "tokens/caveat.h"
#include "tokens/token.h"

struct evp_mac_ctx_st;

namespace tokens {

class Chain {
public:
  Chain(std::string_view root_key, const Nonce& nonce);
  /// Goes on from the tail of a token that is no discharge.
  explicit Chain(const Tail& tail);

  void add(const Caveat& caveat);
  /// Of what was added so far.
  const Tail& tail() const { return tail_; }
  /// What a discharge ends with, so that nothing can be appended to it.
  Tail sealed();

private:
  struct FreeContext {
    void operator()(evp_mac_ctx_st* context) const noexcept;
  };

  void begin(std::string_view key);
  void feed(std::string_view bytes);
  Tail end();

  std::unique_ptr<evp_mac_ctx_st, FreeContext> context_;
  Tail tail_{};
};

/// Takes the same time wherever they differ.
bool equal(const Tail& a, const Tail& b);

}  // namespace tokens
