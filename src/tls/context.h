// SPDX-License-Identifier: Apache-2.0
#pragma once
// What both sides of the gateway have in common: versions, ciphers, curves and how OpenSSL uses
// memory.

#include "base/result.h"
#include "tls/handle.h"

namespace tls {

/// TLS 1.2 and later with forward secrecy and authenticated encryption only; no renegotiation, no
/// compression. Buffers are given back while a connection is idle. Reads ahead: wait for the
/// descriptor only after SSL_read has said SSL_ERROR_WANT_READ. Writes may be partial and may be
/// repeated from another buffer.
base::Result<Context> make_context(const SSL_METHOD* method);

}  // namespace tls
