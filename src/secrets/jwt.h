// SPDX-License-Identifier: Apache-2.0
#pragma once
// JSON Web Tokens (RFC 7519) signed with RS256 (RFC 7518, 3.3), to show to servers that give out
// tokens.

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"

using EVP_PKEY = struct evp_pkey_st;

namespace secrets {

/// Shared and immutable; safe from any thread.
class RsaKey {
public:
  /// Of a private key in PEM, of PKCS #1 or PKCS #8. Errors, which hold nothing of it: it is
  /// encrypted, no key, no key of RSA, or one of less than 2048 bits.
  static base::Result<RsaKey> parse(const base::Secret& pem);

  /// RSASSA-PKCS1-v1_5 with SHA-256.
  std::string sign(std::string_view text) const;

private:
  explicit RsaKey(std::shared_ptr<EVP_PKEY> key) : key_(std::move(key)) {}
  std::shared_ptr<EVP_PKEY> key_;
};

/// The compact form (RFC 7515, 3.1) of claims, a JSON object. `key_id` names the key, unless it is
/// empty.
base::Secret signed_jwt(std::string_view claims, const RsaKey& key, std::string_view key_id = {});

/// When a token of this form says that it ends (`exp`), without a look at its signature; nothing
/// for any other text.
std::optional<base::WallTime> expiry_of_jwt(std::string_view token);

/// How long before now a token is said to be issued: a clock may be fast.
inline constexpr std::chrono::seconds backdated{60};

/// Seconds since 1970, as claims have them.
long long seconds_of(base::WallTime time);

}  // namespace secrets
