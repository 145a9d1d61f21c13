// SPDX-License-Identifier: Apache-2.0
#pragma once
// Why a handshake failed, as a sentence for a person.

#include <openssl/ssl.h>

#include <cstdint>
#include <string>

#include "base/result.h"

namespace tls {

/// After SSL_connect or SSL_do_handshake of an UpstreamContext's session failed, on the same
/// thread. `denied` when the certificate is not accepted ("the certificate of api.x.test is not
/// trusted: self-signed certificate"), `unavailable` when the server does not speak TLS as we do.
/// Empties OpenSSL's error queue; holds no bytes of the peer.
base::Error explain_upstream_failure(const SSL* ssl);

/// Before that call: whether the server ended the handshake because it speaks none of the protocols
/// that were offered (RFC 7301, 3.2).
bool was_refused_for_its_protocols();

/// Why a client of ours, a program inside, did not go on.
struct ClientFailure {
  enum class Kind : std::uint8_t {
    distrust,  // its alert says that our certificate is not one it accepts
    left,      // it closed without a word when it had seen the certificate
    other,
  };
  Kind kind = Kind::other;
  std::string message{};  // a sentence's part: our own words and OpenSSL's, never the peer's
};

/// After the handshake of a ServerContext's session failed, on the same thread, or the first read
/// after it: with TLS 1.3 a client may check the certificate when for us the handshake is done.
/// Empties OpenSSL's error queue.
ClientFailure explain_client_failure();

}  // namespace tls
