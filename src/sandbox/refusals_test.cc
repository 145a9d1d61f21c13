// SPDX-License-Identifier: Apache-2.0
#include "sandbox/refusals.h"

#include <gtest/gtest.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <linux/netlink.h>

#include <cstring>

#include "sandbox/netlink.h"

namespace sandbox {
namespace {

/// A record of the kernel's log with `packet` in it.
std::string logged(std::string_view packet) {
  const nfgenmsg header{};
  NetlinkMessage message((NFNL_SUBSYS_ULOG << 8) | NFULNL_MSG_PACKET, 0, bytes_of(header));
  message.add(NFULA_PREFIX, std::string_view("\0", 1)).add(NFULA_PAYLOAD, packet);
  return std::move(message).finish();
}

std::string ipv4(std::uint8_t protocol, std::string_view rest, std::uint16_t fragment_offset = 0) {
  std::string packet(20, '\0');
  packet[0] = 0x45;
  packet[6] = static_cast<char>(fragment_offset >> 8);
  packet[7] = static_cast<char>(fragment_offset);
  packet[9] = static_cast<char>(protocol);
  packet.replace(16, 4, std::string_view("\xc0\0\x02\x01", 4));
  return packet.append(rest);
}

std::string ipv6(std::uint8_t next, std::string_view rest) {
  std::string packet(40, '\0');
  packet[0] = 0x60;
  packet[6] = static_cast<char>(next);
  packet.replace(24, 4, std::string_view("\x20\x01\x0d\xb8", 4));
  packet[39] = 1;
  return packet.append(rest);
}

constexpr std::string_view ports("\x12\x34\x01\xbb", 4);  // to 443

std::string only_refusal(std::string_view packet) {
  const auto refusals = parse_refusals(logged(packet));
  return refusals.size() == 1 ? refusals.front().to_string() : "none";
}

TEST(Refusals, TellProtocolAddressAndPort) {
  const auto options_first = std::string("\x11\0\0\0\0\0\0\0", 8).append(ports);
  const auto later_fragment = std::string("\x11\0\x05\xc8\0\0\0\0", 8).append(ports);
  auto with_options = ipv4(17, "AAAA" + std::string(ports));
  with_options[0] = 0x46;

  EXPECT_EQ(only_refusal(ipv4(17, ports)), "udp 192.0.2.1:443");
  EXPECT_EQ(only_refusal(ipv4(6, ports)), "tcp 192.0.2.1:443");
  EXPECT_EQ(only_refusal(ipv4(132, ports)), "sctp 192.0.2.1:443");
  EXPECT_EQ(only_refusal(ipv4(1, ports)), "icmp 192.0.2.1");
  EXPECT_EQ(only_refusal(ipv4(47, ports)), "protocol 47 192.0.2.1");
  EXPECT_EQ(only_refusal(with_options), "udp 192.0.2.1:443");
  EXPECT_EQ(only_refusal(ipv4(17, ports, 100)), "udp 192.0.2.1");
  EXPECT_EQ(only_refusal(ipv6(17, ports)), "udp [2001:db8::1]:443");
  EXPECT_EQ(only_refusal(ipv6(58, ports)), "icmpv6 [2001:db8::1]");
  EXPECT_EQ(only_refusal(ipv6(0, options_first)), "udp [2001:db8::1]:443");
  EXPECT_EQ(only_refusal(ipv6(44, later_fragment)), "udp [2001:db8::1]");
}

TEST(Refusals, AreReadFromSeveralMessagesInOneDatagram) {
  const auto refusals = parse_refusals(logged(ipv4(17, ports)) + logged(ipv6(17, ports)));
  ASSERT_EQ(refusals.size(), 2U);
  EXPECT_TRUE(refusals[0].destination.is_v4);
  EXPECT_FALSE(refusals[1].destination.is_v4);
}

TEST(Refusals, APacketTooShortForItsPortHasNone) {
  EXPECT_EQ(only_refusal(ipv4(17, "\x12\x34\x01")), "udp 192.0.2.1");
  EXPECT_EQ(only_refusal(ipv6(0, "\x11\x05")), "protocol 0 [2001:db8::1]");
}

TEST(Refusals, NonsenseIsLeftOut) {
  auto longer_than_itself = ipv4(17, ports);
  longer_than_itself[0] = 0x4f;
  auto too_short_a_header = ipv4(17, ports);
  too_short_a_header[0] = 0x44;
  EXPECT_EQ(only_refusal(""), "none");
  EXPECT_EQ(only_refusal(std::string(64, '\x70')), "none");
  EXPECT_EQ(only_refusal(longer_than_itself), "none");
  EXPECT_EQ(only_refusal(too_short_a_header), "none");
  EXPECT_EQ(only_refusal(ipv4(17, "").substr(0, 19)), "none");
  EXPECT_EQ(only_refusal(ipv6(17, "").substr(0, 39)), "none");
}

TEST(Refusals, ACutDatagramIsReadAsFarAsItGoes) {
  const auto whole = logged(ipv4(17, ports));
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_TRUE(parse_refusals(whole.substr(0, size)).empty()) << size;
}

TEST(Refusals, OtherMessagesAreNone) {
  auto other = logged(ipv4(17, ports));
  const std::uint16_t type = NLMSG_DONE;
  std::memcpy(other.data() + offsetof(nlmsghdr, nlmsg_type), &type, sizeof type);
  EXPECT_TRUE(parse_refusals(other).empty());
}

}  // namespace
}  // namespace sandbox
