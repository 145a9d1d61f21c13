// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which kind of key a certificate for a client must have.

#include "tls/client_hello.h"
#include "tls/issue.h"

namespace tls {

/// RSA for a client that could take it, but no chain and no handshake with ECDSA on P-256; P-256
/// for all others, also those that take neither: the handshake then says what is missing.
KeyKind key_for(const ClientHello& hello);

}  // namespace tls
