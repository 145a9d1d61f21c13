// SPDX-License-Identifier: Apache-2.0
#pragma once
// Asks a proxy, over a connection to it, for a tunnel: CONNECT or SOCKS 5.

#include <chrono>
#include <expected>
#include <string>

#include "flow/verdict.h"
#include "gateway/wire.h"
#include "net/socks5.h"
#include "policy/proxy_url.h"

namespace gateway {

struct ProxyRefusal {
  flow::Deny deny;
  bool try_another_address = false;  // this one cannot be reached from there
};

/// What a 407 of the proxy means, after "the proxy …".
std::string explain_login_refusal(const policy::ProxyUrl& proxy);

/// On success what `wire` reads and writes is the far side's, and what it has read already stays in
/// `wire.in`. `host` is for messages. The whole conversation takes at most `limit`. A refusal's
/// stage is proxy or timeout.
net::Task<std::expected<void, ProxyRefusal>> open_tunnel(
    Wire& wire,
    const policy::ProxyUrl& proxy,
    const net::socks5::Destination& target,
    const std::string& host,
    std::uint16_t port,
    std::chrono::milliseconds limit);

}  // namespace gateway
