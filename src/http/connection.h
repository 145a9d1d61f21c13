// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a message says about the connection it came on, and about that one only.

#include "http/message.h"

namespace http {

/// Whether the sender keeps the connection open: always in HTTP/2, unless it says "close" in
/// HTTP/1.1, only if it says "keep-alive" in HTTP/1.0. A response that is framed `until_close` ends
/// the connection all the same.
bool is_keep_alive(Version version, const Fields& fields);

/// Whether the client waits for "100 Continue" before it sends the body.
bool expects_continue(const Request& request);

/// Removes the fields meant for one connection: Connection and what it nominates, Keep-Alive,
/// Proxy-*, TE, Trailer, Upgrade. A nomination never removes what a message needs at its end, such
/// as Host, Authorization or Cookie. Content-Length and Transfer-Encoding stay: `declare_framing`
/// settles them.
void remove_hop_by_hop(Fields& fields);

}  // namespace http
