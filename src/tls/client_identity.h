// SPDX-License-Identifier: Apache-2.0
#pragma once
// A certificate of ours with its key: what a server may ask for to know who connects.

#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "tls/handle.h"

namespace tls {

/// Immutable; safe from any thread. The key is in OpenSSL's hands alone.
class ClientIdentity {
public:
  /// All PEM. Of `certificates` the one that belongs to the key is ours, in whatever order they
  /// stand; the others are sent behind it. `key` may be encrypted; then `passphrase` opens it. One
  /// text may hold both. Errors (invalid), which hold nothing of what was read: there is no
  /// certificate or no key, the passphrase is missing or wrong, no certificate belongs to the key,
  /// or they are too weak to be used.
  static base::Result<ClientIdentity> from_pem(
      const base::Secret& certificates, const base::Secret& key, const base::Secret& passphrase);

  /// Tells one from another: SHA-256 of our certificate, in hexadecimal.
  const std::string& fingerprint() const { return fingerprint_; }
  /// Whom the certificate names: "CN=agent,O=Example" (RFC 2253).
  std::string subject() const;
  /// The day on which it ends, "2026-01-31".
  std::string last_day() const;
  /// Why servers will refuse it: "expired on 2026-01-31"; empty while it is valid.
  std::string why_not_valid(base::WallTime now) const;

  /// The handshake of this session shows the certificate when the server asks. False when OpenSSL
  /// does not take it.
  bool give_to(SSL* session) const;

private:
  struct FreeChain {
    void operator()(STACK_OF(X509) * chain) const noexcept { sk_X509_pop_free(chain, X509_free); }
  };
  using Chain = std::unique_ptr<STACK_OF(X509), FreeChain>;

  ClientIdentity() = default;
  base::Result<> take_certificates(const base::Secret& pem);
  base::Result<> check() const;

  PrivateKey key_;
  Certificate certificate_;
  Chain chain_;
  std::string fingerprint_;
};

}  // namespace tls
