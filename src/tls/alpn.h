// SPDX-License-Identifier: Apache-2.0
#pragma once
// Lists of application protocols (RFC 7301) in the form that goes over the wire.

#include <openssl/types.h>

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tls {

/// Each name behind one byte with its length; `invalid` for an empty name or one of more than 255
/// bytes.
base::Result<std::string> encode_alpn(std::span<const std::string_view> protocols);

/// What both sides agreed on, once the handshake is done; empty when that is nothing.
std::string_view negotiated_protocol(const SSL* session);

}  // namespace tls
