// SPDX-License-Identifier: Apache-2.0
#include "sandbox/loopback.h"

#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "sandbox/endpoint.h"
#include "sandbox/netlink.h"

namespace sandbox {
namespace {

constexpr int loopback_index = 1;  // of every network namespace

std::string_view raw_address(const Endpoint& address) {
  return {reinterpret_cast<const char*>(address.address.data()), address.is_v4 ? 4UL : 16UL};
}

NetlinkMessage add_address(const Endpoint& address) {
  ifaddrmsg header{};
  header.ifa_family = address.is_v4 ? AF_INET : AF_INET6;
  header.ifa_prefixlen = address.is_v4 ? 32 : 128;
  header.ifa_flags = IFA_F_NODAD;
  header.ifa_index = loopback_index;
  NetlinkMessage message(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, bytes_of(header));
  message.add(IFA_LOCAL, raw_address(address)).add(IFA_ADDRESS, raw_address(address));
  return message;
}

NetlinkMessage add_default_route(const Endpoint& source) {
  rtmsg header{};
  header.rtm_family = source.is_v4 ? AF_INET : AF_INET6;
  header.rtm_table = RT_TABLE_MAIN;
  header.rtm_protocol = RTPROT_STATIC;
  header.rtm_scope = source.is_v4 ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
  header.rtm_type = RTN_UNICAST;
  NetlinkMessage message(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, bytes_of(header));
  message.add(RTA_OIF, bytes_of(loopback_index)).add(RTA_PREFSRC, raw_address(source));
  return message;
}

/// The kernel does this itself for a new IPv6 address, but a moment later: until then answers to it
/// would be lost.
NetlinkMessage deliver_to(const Endpoint& own) {
  rtmsg header{};
  header.rtm_family = AF_INET6;
  header.rtm_dst_len = 128;
  header.rtm_table = RT_TABLE_LOCAL;
  header.rtm_protocol = RTPROT_STATIC;
  header.rtm_scope = RT_SCOPE_UNIVERSE;
  header.rtm_type = RTN_LOCAL;
  NetlinkMessage message(RTM_NEWROUTE, NLM_F_CREATE, bytes_of(header));
  message.add(RTA_DST, raw_address(own)).add(RTA_OIF, bytes_of(loopback_index));
  return message;
}

base::Result<> route_through(Netlink& netlink, std::string_view own_address) {
  const auto own = Endpoint::parse(own_address, 0).value();
  TRY_VOID(netlink.ask("add an address to lo", add_address(own)));
  if (!own.is_v4) TRY_VOID(netlink.ask("deliver to lo's own address", deliver_to(own)));
  return netlink.ask("route everything to lo", add_default_route(own));
}

}  // namespace

base::Result<> bring_up_loopback() {
  auto netlink = TRY(Netlink::open(NETLINK_ROUTE));
  ifinfomsg header{};
  header.ifi_family = AF_UNSPEC;
  header.ifi_index = loopback_index;
  header.ifi_flags = IFF_UP;
  header.ifi_change = IFF_UP;
  return netlink.ask("bring lo up", NetlinkMessage(RTM_NEWLINK, 0, bytes_of(header)));
}

base::Result<> route_everything_to_loopback(bool with_ipv6) {
  auto netlink = TRY(Netlink::open(NETLINK_ROUTE));
  TRY_VOID(route_through(netlink, own_ipv4));
  if (with_ipv6) TRY_VOID(route_through(netlink, own_ipv6));
  return {};
}

base::Result<> deliver_marked_here() {
  constexpr std::uint32_t table = 100;  // free: the namespace is ours
  rtmsg route{};
  route.rtm_family = AF_INET6;
  route.rtm_protocol = RTPROT_STATIC;
  route.rtm_scope = RT_SCOPE_UNIVERSE;
  route.rtm_type = RTN_LOCAL;
  NetlinkMessage deliver(RTM_NEWROUTE, NLM_F_CREATE, bytes_of(route));
  deliver.add(RTA_TABLE, bytes_of(table)).add(RTA_OIF, bytes_of(loopback_index));

  fib_rule_hdr rule{};
  rule.family = AF_INET6;
  rule.action = FR_ACT_TO_TBL;
  NetlinkMessage choose(RTM_NEWRULE, NLM_F_CREATE, bytes_of(rule));
  choose.add(FRA_FWMARK, bytes_of(mark_of_datagrams)).add(FRA_TABLE, bytes_of(table));

  auto netlink = TRY(Netlink::open(NETLINK_ROUTE));
  TRY_VOID(netlink.ask("deliver marked packets here", std::move(deliver)));
  return netlink.ask("choose the route of marked packets", std::move(choose));
}

bool has_ipv6() {
  const base::Fd probe(socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const auto localhost = to_socket_address(Endpoint::parse("::1", 0).value());
  return probe && bind(probe.get(), localhost.get(), localhost.size) == 0;
}

}  // namespace sandbox
