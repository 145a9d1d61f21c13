// SPDX-License-Identifier: Apache-2.0
#include "sandbox/ruleset.h"

#include <gtest/gtest.h>

namespace sandbox {
namespace {

TEST(Ruleset, RedirectsTcpAndDnsAndRefusesTheRest) {
  constexpr auto expected = R"(table inet lazaret {
  chain capture {
    type nat hook output priority -100; policy accept;
    ip daddr 198.18.0.0/15 tcp dport 53 redirect to :1
    ip6 daddr fd00:6c61::/64 tcp dport 53 redirect to :1
    tcp dport 53 redirect to :2
    meta nfproto ipv4 udp dport 53 redirect to :3
    meta nfproto ipv6 udp dport 53 redirect to :4
    ip daddr { 127.0.0.0/8, 10.0.2.100 } accept
    ip6 daddr { ::1, fd00:2::100 } accept
    meta l4proto tcp redirect to :1
  }
  chain refuse {
    type filter hook output priority 0; policy drop;
    ct direction original ct status & dnat == 0 tcp dport { 1, 2 } reject with tcp reset
    ct direction original ct status & dnat == 0 udp dport { 3, 4 } reject
    ip daddr { 127.0.0.0/8, 10.0.2.100 } accept
    ip6 daddr { ::1, fd00:2::100 } accept
    meta l4proto tcp reject with tcp reset
    limit rate 20/second burst 50 packets log group 1 snaplen 128
    reject with icmpx port-unreachable
  }
}
)";
  EXPECT_EQ(capture_ruleset({.tcp = 1, .dns_tcp = 2, .dns_udp4 = 3, .dns_udp6 = 4}), expected);
}

TEST(Ruleset, RedirectsNoIpv6DnsWhereThereIsNoIpv6) {
  const auto rules = capture_ruleset({.tcp = 1, .dns_tcp = 2, .dns_udp4 = 3});
  EXPECT_FALSE(rules.contains("nfproto ipv6"));
  EXPECT_FALSE(rules.contains(":0"));
  EXPECT_FALSE(rules.contains(", 0 }"));
}

TEST(Ruleset, HandsOverTheDatagramsThatAreWanted) {
  const DatagramCapture wanted{
      .ports = {53, 123},
      .name_servers = {
          Endpoint::parse("192.0.2.53", 53).value(), Endpoint::parse("2001:db8::53", 53).value()}};
  constexpr auto expected =
      R"(insert rule inet lazaret capture ip daddr { 198.18.0.0/15, 192.0.2.53 } udp dport 53 accept
insert rule inet lazaret refuse ip saddr { 127.0.0.0/8, 10.0.2.100 } ip daddr != { 127.0.0.0/8, 10.0.2.100, 224.0.0.0/3 } udp dport { 53, 123 } accept
insert rule inet lazaret refuse icmp type destination-unreachable ip daddr != { 127.0.0.0/8, 10.0.2.100 } drop
insert rule inet lazaret refuse ip daddr 127.0.0.1 udp dport 5 reject
table inet lazaret {
  chain datagrams {
    type filter hook prerouting priority -150; policy accept;
    ip daddr != { 127.0.0.0/8, 10.0.2.100, 224.0.0.0/3 } udp dport { 53, 123 } tproxy ip to 127.0.0.1:5 accept
  }
}
insert rule inet lazaret capture ip6 daddr { fd00:6c61::/64, 2001:db8::53 } udp dport 53 accept
insert rule inet lazaret refuse ip6 saddr { ::1, fd00:2::100 } ip6 daddr != { ::1, fd00:2::100, ff00::/8 } udp dport { 53, 123 } accept
insert rule inet lazaret refuse icmpv6 type destination-unreachable ip6 daddr != { ::1, fd00:2::100 } drop
insert rule inet lazaret refuse ip6 daddr ::1 udp dport 6 reject
table inet lazaret {
  chain reroute {
    type route hook output priority -150; policy accept;
    ip6 daddr != { ::1, fd00:2::100, ff00::/8 } udp dport { 53, 123 } meta mark set 1
  }
  chain datagrams {
    type filter hook prerouting priority -150; policy accept;
    ip6 daddr != { ::1, fd00:2::100, ff00::/8 } udp dport { 53, 123 } tproxy ip6 to [::1]:6 accept
  }
}
)";
  EXPECT_EQ(datagram_ruleset(wanted, {.v4 = 5, .v6 = 6}), expected);
}

TEST(Ruleset, HandsOverNoIpv6DatagramsWhereThereIsNoIpv6) {
  EXPECT_FALSE(datagram_ruleset({.ports = {123}}, {.v4 = 5}).contains("ip6"));
}

TEST(Ruleset, ACallerWithoutPowerOverItsNetworkIsToldSo) {
  const auto outcome = load_ruleset("table inet broken {{");
  ASSERT_FALSE(outcome);
  EXPECT_TRUE(outcome.error().message.starts_with("nftables refuses the capture rules: "));
}

}  // namespace
}  // namespace sandbox
