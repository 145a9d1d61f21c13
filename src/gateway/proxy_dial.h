// SPDX-License-Identifier: Apache-2.0
#pragma once
// A connection to a host by way of a proxy.

#include <string>

#include "gateway/upstream.h"

namespace gateway {

/// Whether the proxy takes requests in clear with their URL (RFC 9112, 3.2.2).
bool takes_urls(const policy::ProxyUrl& proxy);

/// A connection for such requests, which ends at the proxy.
net::Task<std::expected<UpstreamPtr, flow::Deny>> dial_proxy(
    net::Loop& loop, const Outbound& out, const ThroughProxy& way);

/// The connection carries the far side's bytes; TLS with the host goes inside. Where the proxy
/// itself is reached by TLS, a task relays between that and a socket pair, whose other end is the
/// connection: TLS inside TLS needs nothing special anywhere else.
net::Task<std::expected<UpstreamPtr, flow::Deny>> dial_through(
    net::Loop& loop,
    const Outbound& out,
    const ThroughProxy& way,
    const std::string& host,
    std::uint16_t port);

}  // namespace gateway
