// SPDX-License-Identifier: Apache-2.0
#pragma once
// UDP of a captured network namespace, on the ports that rules name.
//
// TCP is redirected by rewriting its destination, which conntrack undoes for replies. Datagrams are
// not rewritten: tproxy hands them to a socket of ours as they are, with the address that they were
// sent to, and a reply leaves from a socket that is bound to that address though it is nobody's
// here. A program that talks to many servers from one socket sees each of them as itself.

#include <cstdint>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "sandbox/endpoint.h"

namespace sandbox {

/// What to capture.
struct DatagramCapture {
  std::vector<std::uint16_t> ports{};
  /// Where datagrams for port 53 are captured, if that is one of the ports, besides the addresses
  /// that stand for names; elsewhere they stay with the DNS listeners.
  std::vector<Endpoint> name_servers{};
  bool operator==(const DatagramCapture&) const = default;
};

/// All non-blocking; those for IPv6 are empty where the kernel has none.
struct DatagramListeners {
  base::Fd v4;     // each datagram comes with IP_ORIGDSTADDR: where it was sent to
  base::Fd v6;     // likewise with IPV6_ORIGDSTADDR
  base::Fd icmp4;  // raw, to refuse with
  base::Fd icmp6;
};

/// For the network namespace of the caller, where capture_everything() was called, once.
/// `unavailable` when the kernel lacks a module; then UDP is refused as before.
base::Result<DatagramListeners> capture_datagrams(const DatagramCapture& wanted);

/// A datagram socket of the caller's namespace that speaks as `from` (whoever that is) with `to`
/// alone, non-blocking. From now on what `to` sends to `from` arrives here and not at the listener.
base::Result<base::Fd> answer_socket(const Endpoint& from, const Endpoint& to);

}  // namespace sandbox
