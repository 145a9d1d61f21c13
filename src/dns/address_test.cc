// SPDX-License-Identifier: Apache-2.0
#include "dns/address.h"

#include <gtest/gtest.h>

#include <string>

namespace dns {
namespace {

const std::string zeros = "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0";

TEST(ReverseName, GivesTheAddress) {
  EXPECT_EQ(parse_reverse_name("1.0.0.127.in-addr.arpa"), Address(loopback_v4));
  EXPECT_EQ(parse_reverse_name("2.2.0.10.in-addr.arpa"), Address(host_v4));
  EXPECT_EQ(parse_reverse_name("1." + zeros + ".ip6.arpa"), Address(loopback_v6));
  const Ipv6 high{0xFD};
  EXPECT_EQ(parse_reverse_name(zeros.substr(0, 60) + "d.f.ip6.arpa"), Address(high));
}

TEST(ReverseName, RefusesAnythingElse) {
  for (const auto& name :
       {std::string("a.test"), std::string("in-addr.arpa"), std::string("0.0.127.in-addr.arpa"),
        std::string("1.0.0.0.127.in-addr.arpa"), std::string("256.0.0.127.in-addr.arpa"),
        std::string("01.0.0.127.in-addr.arpa"), std::string("x.0.0.127.in-addr.arpa"),
        std::string("1..0.127.in-addr.arpa"), zeros + ".ip6.arpa", "g." + zeros + ".ip6.arpa",
        "0.0." + zeros + ".ip6.arpa", "1-" + zeros + ".ip6.arpa"})
    EXPECT_EQ(parse_reverse_name(name), std::nullopt) << name;
}

}  // namespace
}  // namespace dns
