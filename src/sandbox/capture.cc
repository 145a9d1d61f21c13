// SPDX-License-Identifier: Apache-2.0
#include "sandbox/capture.h"

#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "sandbox/loopback.h"
#include "sandbox/netlink.h"
#include "sandbox/ruleset.h"

namespace sandbox {
namespace {

constexpr int backlog = 4096;

base::Result<base::Fd> bound_socket(int type, const Endpoint& endpoint) {
  const int family = endpoint.is_v4 ? AF_INET : AF_INET6;
  base::Fd socket(::socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return base::fail_errno("open a socket for", endpoint.to_string());
  const auto address = to_socket_address(endpoint);
  if (bind(socket.get(), address.get(), address.size) != 0)
    return base::fail_errno("bind to", endpoint.to_string());
  return socket;
}

/// The wildcard takes both families at once; for TCP the kernel undoes the redirect of replies.
base::Result<base::Fd> tcp_listener(bool with_ipv6) {
  return listen_on(Endpoint::parse(with_ipv6 ? "::" : "0.0.0.0", 0).value());
}

/// Bound to loopback, not to the wildcard: replies must come from the address that the redirect
/// chose, or conntrack does not undo it.
base::Result<base::Fd> udp_listener(std::string_view localhost) {
  return bound_socket(SOCK_DGRAM, Endpoint::parse(localhost, 0).value());
}

/// Copies the head of every packet of our log group to a socket, one datagram a packet.
base::Result<base::Fd> subscribe_to_refusals() {
  auto netlink = TRY(Netlink::open(NETLINK_NETFILTER));
  const nfgenmsg header{
      .nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0, .res_id = htons(refusals_group)};
  const nfulnl_msg_config_cmd bind{.command = NFULNL_CFG_CMD_BIND};
  nfulnl_msg_config_mode mode{};
  mode.copy_range = htonl(0xffff);  // the rule's snaplen is the limit
  mode.copy_mode = NFULNL_COPY_PACKET;
  const auto at_once = htonl(1);

  NetlinkMessage message((NFNL_SUBSYS_ULOG << 8) | NFULNL_MSG_CONFIG, 0, bytes_of(header));
  message.add(NFULA_CFG_CMD, bytes_of(bind));
  message.add(NFULA_CFG_MODE, bytes_of(mode));
  message.add(NFULA_CFG_QTHRESH, bytes_of(at_once));
  TRY_VOID(netlink.ask("listen to refused packets (kernel module nfnetlink_log)", message));

  const int on = 1;  // a flood may lose records, never break the socket
  if (setsockopt(netlink.get(), SOL_NETLINK, NETLINK_NO_ENOBUFS, &on, sizeof on) != 0)
    return base::fail_errno("set NETLINK_NO_ENOBUFS");
  return std::move(netlink).release();
}

base::Result<std::uint16_t> port_of(const base::Fd& socket) {
  if (!socket) return std::uint16_t{0};
  return TRY(local_endpoint(socket.get())).port;
}

base::Result<CapturePorts> ports_of(const Listeners& listeners) {
  return CapturePorts{
      .tcp = TRY(port_of(listeners.tcp)),
      .dns_tcp = TRY(port_of(listeners.dns_tcp)),
      .dns_udp4 = TRY(port_of(listeners.dns_udp4)),
      .dns_udp6 = TRY(port_of(listeners.dns_udp6)),
  };
}

}  // namespace

base::Result<Listeners> capture_everything() {
  TRY_VOID(bring_up_loopback());
  const bool with_ipv6 = has_ipv6();
  Listeners listeners;
  listeners.tcp = TRY(tcp_listener(with_ipv6));
  listeners.dns_tcp = TRY(tcp_listener(with_ipv6));
  listeners.dns_udp4 = TRY(udp_listener("127.0.0.1"));
  listeners.refusals = TRY(subscribe_to_refusals());
  if (with_ipv6) listeners.dns_udp6 = TRY(udp_listener("::1"));
  const auto ports = TRY(ports_of(listeners));
  TRY_VOID(load_ruleset(capture_ruleset(ports)));
  TRY_VOID(route_everything_to_loopback(with_ipv6));
  return listeners;
}

base::Result<base::Fd> listen_on(const Endpoint& endpoint) {
  auto socket = TRY(bound_socket(SOCK_STREAM, endpoint));
  if (listen(socket.get(), backlog) != 0)
    return base::fail_errno("listen on", endpoint.to_string());
  return socket;
}

}  // namespace sandbox
