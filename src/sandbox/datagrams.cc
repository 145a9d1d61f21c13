// SPDX-License-Identifier: Apache-2.0
#include "sandbox/datagrams.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include "sandbox/loopback.h"
#include "sandbox/ruleset.h"

namespace sandbox {
namespace {

constexpr int buffer_size = 1 << 20;  // for bursts; the kernel gives what it allows

int family_of(const Endpoint& endpoint) { return endpoint.is_v4 ? AF_INET : AF_INET6; }

base::Result<> enable(const base::Fd& socket, int level, int option, std::string_view doing) {
  const int on = 1;
  if (setsockopt(socket.get(), level, option, &on, sizeof on) == 0) return {};
  return base::fail_errno(doing);
}

/// A datagram socket that may be bound to any address.
base::Result<base::Fd> transparent_socket(const Endpoint& endpoint) {
  base::Fd socket(::socket(family_of(endpoint), SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return base::fail_errno("open a socket for", endpoint.to_string());
  if (endpoint.is_v4)
    TRY_VOID(enable(socket, IPPROTO_IP, IP_TRANSPARENT, "make a socket transparent"));
  else
    TRY_VOID(enable(socket, IPPROTO_IPV6, IPV6_TRANSPARENT, "make a socket transparent"));
  setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &buffer_size, sizeof buffer_size);
  return socket;
}

base::Result<> bind_to(const base::Fd& socket, const Endpoint& endpoint) {
  const auto address = to_socket_address(endpoint);
  if (bind(socket.get(), address.get(), address.size) == 0) return {};
  return base::fail_errno("bind to", endpoint.to_string());
}

base::Result<base::Fd> listener(std::string_view localhost) {
  const auto endpoint = Endpoint::parse(localhost, 0).value();
  auto socket = TRY(transparent_socket(endpoint));
  constexpr std::string_view doing = "ask for the destinations of datagrams";
  if (endpoint.is_v4)
    TRY_VOID(enable(socket, IPPROTO_IP, IP_RECVORIGDSTADDR, doing));
  else
    TRY_VOID(enable(socket, IPPROTO_IPV6, IPV6_RECVORIGDSTADDR, doing));
  TRY_VOID(bind_to(socket, endpoint));
  return socket;
}

/// Only sends: what arrives is for nobody, so nothing is kept.
base::Result<base::Fd> icmp_socket(int family, int protocol) {
  base::Fd socket(::socket(family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol));
  if (!socket) return base::fail_errno("open a socket for ICMP");
  const int least = 0;
  setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &least, sizeof least);
  return socket;
}

}  // namespace

base::Result<DatagramListeners> capture_datagrams(const DatagramCapture& wanted) {
  const bool with_ipv6 = has_ipv6();
  DatagramListeners listeners;
  listeners.v4 = TRY(listener("127.0.0.1"));
  listeners.icmp4 = TRY(icmp_socket(AF_INET, IPPROTO_ICMP));
  DatagramPorts ports{.v4 = TRY(local_endpoint(listeners.v4.get())).port};
  if (with_ipv6) {
    listeners.v6 = TRY(listener("::1"));
    listeners.icmp6 = TRY(icmp_socket(AF_INET6, IPPROTO_ICMPV6));
    ports.v6 = TRY(local_endpoint(listeners.v6.get())).port;
    TRY_VOID(deliver_marked_here());
  }
  auto loaded = load_ruleset(datagram_ruleset(wanted, ports));
  if (loaded) return listeners;
  auto error = std::move(loaded).error();
  error.hint =
      "protocol = \"udp\" needs the kernel module nft_tproxy: as root, modprobe nft_tproxy; or "
      "remove the rules with protocol = \"udp\"";
  return std::unexpected(std::move(error));
}

base::Result<base::Fd> answer_socket(const Endpoint& from, const Endpoint& to) {
  auto socket = TRY(transparent_socket(from));
  // Every flow to one server has a socket with this address; who it is connected to tells them
  // apart.
  TRY_VOID(enable(socket, SOL_SOCKET, SO_REUSEADDR, "share an address"));
  TRY_VOID(bind_to(socket, from));
  const auto address = to_socket_address(to);
  if (connect(socket.get(), address.get(), address.size) != 0)
    return base::fail_errno("connect to", to.to_string());
  return socket;
}

}  // namespace sandbox
