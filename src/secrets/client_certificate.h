// SPDX-License-Identifier: Apache-2.0
#pragma once
// A credential that the connection has and not the request: the certificate that a server asks for
// in the TLS handshake.

#include <memory>

#include "secrets/mechanism.h"
#include "tls/client_identity.h"

namespace secrets {

class ClientCertificate final : public Mechanism {
public:
  explicit ClientCertificate(tls::ClientIdentity identity)
      : identity_(std::make_shared<const tls::ClientIdentity>(std::move(identity))) {}

  /// Nothing is changed in the head.
  Injection inject(const RequestView&, const Circumstances&) const override { return Edits{}; }
  std::shared_ptr<const tls::ClientIdentity> identity() const override { return identity_; }
  /// The key is never sent, and the certificate is public.
  std::vector<std::string_view> hidden() const override { return {}; }

private:
  std::shared_ptr<const tls::ClientIdentity> identity_;
};

}  // namespace secrets
