// SPDX-License-Identifier: Apache-2.0
#pragma once
// The sockets of the sandbox's network namespace on which everything it sends arrives.

#include "base/fd.h"
#include "base/result.h"
#include "sandbox/endpoint.h"

namespace sandbox {

/// All non-blocking. The TCP sockets listen and take IPv4 and IPv6 (IPv4 alone where the kernel has
/// no IPv6; `dns_udp6` is empty then). Without capture all are empty.
struct Listeners {
  base::Fd tcp;       // every outgoing TCP connection; see original_destination()
  base::Fd dns_tcp;   // DNS over TCP, to whatever address
  base::Fd dns_udp4;  // DNS over UDP, to whatever IPv4 address
  base::Fd dns_udp6;  // DNS over UDP, to whatever IPv6 address
  base::Fd refusals;  // a netlink socket: datagrams for parse_refusals()
};

/// Where the program wanted to go whose connection was accepted on `Listeners::tcp` or `dns_tcp`.
/// Equal to local_endpoint(socket) when it was not redirected but came to the listener's own port:
/// reset such a connection (the ruleset already refuses it).
base::Result<Endpoint> original_destination(int socket);

}  // namespace sandbox
