// SPDX-License-Identifier: Apache-2.0
#pragma once
// The nftables rules of a sandbox's network namespace.

#include <cstdint>
#include <string>

#include "base/result.h"
#include "sandbox/datagrams.h"

namespace sandbox {

/// Where the gateway listens inside the namespace.
struct CapturePorts {
  std::uint16_t tcp = 0;
  std::uint16_t dns_tcp = 0;
  std::uint16_t dns_udp4 = 0;
  std::uint16_t dns_udp6 = 0;  // 0: no IPv6
};

/// The netfilter log group that refused packets are sent to.
inline constexpr std::uint16_t refusals_group = 1;

/// The rules as nft(8) reads them: outgoing TCP and DNS go to the gateway's ports (TCP for port 53
/// of a name is TCP like any other), loopback is the sandbox's own, and the rest is refused at once
/// and logged.
std::string capture_ruleset(const CapturePorts& ports);

/// Where captured datagrams arrive, on the loopback address of their family.
struct DatagramPorts {
  std::uint16_t v4 = 0;
  std::uint16_t v6 = 0;  // 0: no IPv6
};

/// What is added to capture_ruleset(): UDP to the wanted ports goes to the gateway's sockets and is
/// no longer refused. `wanted` has ports.
std::string datagram_ruleset(const DatagramCapture& wanted, const DatagramPorts& ports);

/// Loads rules into the network namespace of the caller, all or nothing.
base::Result<> load_ruleset(const std::string& ruleset);

}  // namespace sandbox
