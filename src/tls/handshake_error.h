// SPDX-License-Identifier: Apache-2.0
#pragma once
// Why a handshake failed, as a sentence for a person.

#include <openssl/ssl.h>

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

/// The same for a ServerContext's session, on its thread: what the program inside did not like
/// about us.
base::Error explain_client_failure();

}  // namespace tls
