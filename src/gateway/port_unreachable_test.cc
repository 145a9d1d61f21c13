// SPDX-License-Identifier: Apache-2.0
#include "gateway/port_unreachable.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace gateway {
namespace {

using net::asio::ip::make_address;

TEST(PortUnreachable, QuotesTheHeadOfAnIpv4Datagram) {
  const DatagramPath path{
      .program = {make_address("10.0.2.100"), 0x1234},
      .destination = {make_address("198.18.0.16"), 123}};
  EXPECT_EQ(
      base::to_hex(port_unreachable(path, 5)),
      "0303ea4000000000"          // ICMP 3, 3
      "45000021000000004011a846"  // IPv4, 33 bytes
      "0a000264c6120010"          // from, to
      "1234007b000d0000");        // UDP, 13 bytes
}

TEST(PortUnreachable, QuotesTheHeadOfAnIpv6Datagram) {
  const DatagramPath path{
      .program = {make_address("fd00:2::100"), 0x1234},
      .destination = {make_address("fd00:6c61::10"), 123}};
  EXPECT_EQ(
      base::to_hex(port_unreachable(path, 5)),
      "0104000000000000"                  // ICMPv6 1, 4; the kernel's checksum
      "60000000000d1140"                  // IPv6, 13 bytes, UDP
      "fd000002000000000000000000000100"  // from
      "fd006c61000000000000000000000010"  // to
      "1234007b000d0000");
}

}  // namespace
}  // namespace gateway
