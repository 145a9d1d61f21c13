// SPDX-License-Identifier: Apache-2.0
#pragma once
// An IP address and a port as plain bytes, and the way to and from the kernel's `sockaddr`.

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace sandbox {

struct Endpoint {
  std::array<std::uint8_t, 16> address{};  // network order; IPv4 fills the first four bytes
  bool is_v4 = true;
  std::uint16_t port = 0;

  /// An address as text, "192.0.2.1" or "2001:db8::1"; nullopt when it is not one.
  static std::optional<Endpoint> parse(std::string_view address, std::uint16_t port);

  /// The address alone: "192.0.2.1" or "2001:db8::1".
  std::string address_text() const;
  /// "192.0.2.1:443" or "[2001:db8::1]:443".
  std::string to_string() const;
  bool operator==(const Endpoint&) const = default;
};

/// What bind(2) and connect(2) take.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);

  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

SocketAddress to_socket_address(const Endpoint& endpoint);
/// An IPv4-mapped IPv6 address becomes the IPv4 address that it is. Not an IP address: `invalid`.
base::Result<Endpoint> to_endpoint(const SocketAddress& address);

/// The address that a socket is bound to.
base::Result<Endpoint> local_endpoint(int socket);

}  // namespace sandbox
