// SPDX-License-Identifier: Apache-2.0
#pragma once
// The gateway of one sandbox: takes everything that arrives on the doors of its network namespace.

#include <boost/asio/ip/udp.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "gateway/shared.h"

namespace gateway {

/// A packet that the sandbox's firewall turned away.
struct RefusedPacket {
  std::string protocol;     // "UDP", "ICMP", …
  std::string destination;  // "192.0.2.1:443"
  bool operator==(const RefusedPacket&) const = default;
};

/// The sockets for UDP; all empty when no rule allows any.
struct DatagramDoors {
  using End = net::asio::ip::udp::endpoint;

  base::Fd v4{};     // each datagram comes with the address that it was sent to
  base::Fd v6{};     // may be empty
  base::Fd icmp4{};  // raw, to refuse with
  base::Fd icmp6{};  // may be empty
  /// A socket that speaks as `from`, where the program sent something, with the program at `to`.
  /// From then on what `to` sends to `from` arrives there.
  std::function<base::Result<base::Fd>(const End& from, const End& to)> answer{};
};

/// The sockets of the sandbox's network namespace, and what only their maker knows about them.
struct Doors {
  base::Fd tcp{};  // every outgoing TCP connection arrives here
  base::Fd dns_tcp{};
  base::Fd dns_udp4{};
  base::Fd dns_udp6{};  // may be empty
  base::Fd refusals{};  // may be empty
  DatagramDoors datagrams{};
  /// Where the program of an accepted connection wanted to go: 4 or 16 bytes and a port, or nothing
  /// when it came to the door itself.
  struct Destination {
    std::vector<std::uint8_t> address;
    std::uint16_t port = 0;
  };
  std::function<std::optional<Destination>(int socket)> destination_of{};
  std::function<std::vector<RefusedPacket>(std::string_view datagram)> read_refusals{};
};

class Gateway {
public:
  /// Serves from now on, on `threads` threads of its own. `shared` outlives the gateway.
  Gateway(const Shared& shared, Doors doors, unsigned threads);
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;
  /// Ends every connection.
  ~Gateway();

  /// Once every program has gone: waits until their connections have come to their ends by
  /// themselves, as far as they do in time. What is left is cut off by the destructor.
  void settle(std::chrono::milliseconds patience) const;

private:
  struct Worker;

  const Shared& shared_;
  Doors doors_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace gateway
