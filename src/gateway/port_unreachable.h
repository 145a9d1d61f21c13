// SPDX-License-Identifier: Apache-2.0
#pragma once
// "Nobody listens there" (RFC 792, RFC 4443), as the network would say it: a program that sent a
// datagram gets ECONNREFUSED at once instead of waiting.

#include <cstddef>
#include <string>

#include "gateway/captured_datagram.h"

namespace gateway {

/// The ICMP or ICMPv6 message about a datagram of `size` bytes of payload on that path, without its
/// own IP header. (The kernel fills in the checksum of ICMPv6.)
std::string port_unreachable(const DatagramPath& path, std::size_t size);

/// Sends it to the program over a raw ICMP socket of the path's family. What cannot be sent is
/// dropped, as the network would.
void tell_port_unreachable(int icmp_socket, const DatagramPath& path, std::size_t size);

}  // namespace gateway
