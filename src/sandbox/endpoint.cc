// SPDX-License-Identifier: Apache-2.0
#include "sandbox/endpoint.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <cstring>

namespace sandbox {

std::optional<Endpoint> Endpoint::parse(std::string_view address, std::uint16_t port) {
  Endpoint endpoint{.port = port};
  const std::string text(address);
  endpoint.is_v4 = !address.contains(':');
  if (inet_pton(endpoint.is_v4 ? AF_INET : AF_INET6, text.c_str(), endpoint.address.data()) != 1)
    return std::nullopt;
  return endpoint;
}

std::string Endpoint::address_text() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(is_v4 ? AF_INET : AF_INET6, address.data(), text.data(), text.size());
  return text.data();
}

std::string Endpoint::to_string() const {
  return fmt::format(fmt::runtime(is_v4 ? "{}:{}" : "[{}]:{}"), address_text(), port);
}

SocketAddress to_socket_address(const Endpoint& endpoint) {
  SocketAddress out;
  if (endpoint.is_v4) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(endpoint.port);
    std::memcpy(&v4.sin_addr, endpoint.address.data(), sizeof v4.sin_addr);
    std::memcpy(&out.storage, &v4, sizeof v4);
    out.size = sizeof v4;
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(endpoint.port);
    std::memcpy(&v6.sin6_addr, endpoint.address.data(), sizeof v6.sin6_addr);
    std::memcpy(&out.storage, &v6, sizeof v6);
    out.size = sizeof v6;
  }
  return out;
}

base::Result<Endpoint> to_endpoint(const SocketAddress& address) {
  Endpoint endpoint;
  if (address.storage.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address.storage, sizeof v4);
    endpoint.port = ntohs(v4.sin_port);
    std::memcpy(endpoint.address.data(), &v4.sin_addr, sizeof v4.sin_addr);
    return endpoint;
  }
  if (address.storage.ss_family != AF_INET6)
    return base::fail(base::ErrorKind::invalid, "the socket has no IP address");
  sockaddr_in6 v6{};
  std::memcpy(&v6, &address.storage, sizeof v6);
  endpoint.port = ntohs(v6.sin6_port);
  endpoint.is_v4 = IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr) != 0;
  const auto* bytes = v6.sin6_addr.s6_addr;
  if (endpoint.is_v4)
    std::memcpy(endpoint.address.data(), bytes + 12, 4);
  else
    std::memcpy(endpoint.address.data(), bytes, 16);
  return endpoint;
}

base::Result<Endpoint> local_endpoint(int socket) {
  SocketAddress address;
  if (getsockname(socket, address.get(), &address.size) != 0)
    return base::fail_errno("getsockname");
  return to_endpoint(address);
}

}  // namespace sandbox
