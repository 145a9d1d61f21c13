// SPDX-License-Identifier: Apache-2.0
#pragma once
// From HTTP/1.1 to HTTP/2 in clear, on one connection (RFC 7540, 3.2; RFC 9113 no longer has it,
// but clients do).

#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"

namespace http {

/// The payload of a SETTINGS frame that a request brings which asks for HTTP/2. Nothing when it
/// does not ask, not as it should, or has a body: it is then answered in HTTP/1.1, as a server may.
std::optional<std::string> h2_settings_of(const Request& request);

/// What a server says that goes on in HTTP/2; the request's answer follows on stream 1.
inline constexpr std::string_view switching_to_h2 =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n";

}  // namespace http
