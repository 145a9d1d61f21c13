// SPDX-License-Identifier: Apache-2.0
#pragma once
// Datagrams as they arrive from the sandbox, with the address that they were sent to.

#include <boost/asio/ip/udp.hpp>
#include <compare>
#include <optional>
#include <span>
#include <string_view>

#include "net/task.h"

namespace gateway {

/// Both ends of a flow of datagrams, as the program sees them; of one family.
struct DatagramPath {
  net::asio::ip::udp::endpoint program;
  net::asio::ip::udp::endpoint destination;

  bool operator==(const DatagramPath&) const = default;
  bool operator<(const DatagramPath& other) const {
    return program != other.program ? program < other.program : destination < other.destination;
  }
};

/// Room for the longest datagram there is.
inline constexpr std::size_t longest_datagram = 65535;

struct CapturedDatagram {
  DatagramPath path;
  std::string_view bytes;  // in the room that was given
};

/// The next datagram of a socket with IP_RECVORIGDSTADDR or IPV6_RECVORIGDSTADDR; nothing when
/// there is none now. Does not wait.
std::optional<CapturedDatagram> next_captured(int socket, std::span<char> room);

}  // namespace gateway
