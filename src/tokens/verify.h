// SPDX-License-Identifier: Apache-2.0
#pragma once
// Whether a token permits a request. Nothing in a token is believed, or told to whoever presents
// it, before its signature is found good.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.h"
#include "tokens/key_ring.h"
#include "tokens/token.h"

namespace tokens {

/// What was done before with a token and all others of the same minting that count it, and by the
/// request at hand so far.
struct Usage {
  std::uint64_t requests = 0;  // before this one
  std::uint64_t bytes_up = 0;  // with what this one has sent
};

/// A person agreed to the token whose tail has this digest (approvals.h).
struct Approval {
  std::string digest;  // SHA-256 in hexadecimal
  base::WallTime until;
  bool operator==(const Approval&) const = default;
};

/// What a caveat can look at. Normalised (policy/normalise.h); the views outlive the call. What is
/// not known is left empty, and a caveat that asks for it does not hold.
struct Context {
  std::string_view host;
  std::string_view method;
  std::string_view path;  // without query
  base::WallTime now;
  std::optional<std::uint16_t> port{};
  std::optional<std::string_view> sandbox{};
  std::optional<std::string_view> client{};
  std::optional<Usage> usage{};
  std::span<const Approval> approvals{};  // of the token's minting
};

/// How much the token may do in all; nullopt: any amount. Whoever counts tests and counts in one
/// step.
struct Allowance {
  std::optional<std::uint64_t> requests{};
  std::optional<std::uint64_t> bytes_up{};
  /// When nothing that is counted together with it is good any more (end_of_minting); none: that is
  /// not known, or nothing is counted.
  std::optional<base::WallTime> until{};
  bool operator==(const Allowance&) const = default;
};

/// The request may be sent, as far as the token goes.
struct Permit {
  std::string token_id;
  std::string key_id;
  Allowance allowance{};
  std::string purpose{};  // as its caveats have it; several with "; " between them
};

struct Refusal {
  enum class Kind {
    bad_token,    // not one of ours, ended, not begun or revoked: 401
    not_allowed,  // a good token, but not for this request: 403
  };
  Kind kind = Kind::bad_token;
  std::string reason;  // a sentence; it can hold text of the token
  /// Which caveat refused: its place in the token, counted from 0; none for those of a discharge.
  std::optional<std::size_t> caveat{};

  int status() const { return kind == Kind::bad_token ? 401 : 403; }
};

using Verdict = std::variant<Permit, Refusal>;

Verdict verify(const Presented& presented, const KeyRing& ring, const Context& context);

/// What can be said of a token without a request.
enum class Signature { good, bad, unknown_key };
Signature check_signature(const Token& token, const KeyRing& ring);
/// Where its windows of time overlap, and so no window when they do not; without any, always.
Validity window_of(const Token& token);

}  // namespace tokens
