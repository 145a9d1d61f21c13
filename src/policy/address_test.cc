// SPDX-License-Identifier: Apache-2.0
#include "policy/address.h"

#include <gtest/gtest.h>

namespace policy {
namespace {

struct Classified {
  std::string_view text;
  AddressClass kind;
};

TEST(Address, BelongsToAClass) {
  using enum AddressClass;
  const Classified table[] = {
      {"1.1.1.1", public_},
      {"100.63.255.255", public_},
      {"172.32.0.1", public_},
      {"223.255.255.255", public_},
      {"0.0.0.0", unspecified},
      {"0.1.2.3", unspecified},
      {"10.9.9.9", private_},
      {"172.16.0.1", private_},
      {"172.31.255.255", private_},
      {"192.168.1.1", private_},
      {"100.64.0.1", shared},
      {"100.127.255.255", shared},
      {"127.0.0.1", loopback},
      {"127.255.255.254", loopback},
      {"169.254.1.1", link_local},
      {"169.254.169.254", metadata},
      {"169.254.170.2", metadata},
      {"100.100.100.200", metadata},
      {"168.63.129.16", metadata},
      {"192.0.2.1", documentation},
      {"198.51.100.1", documentation},
      {"203.0.113.1", documentation},
      {"198.18.0.1", reserved},
      {"198.19.255.255", reserved},
      {"224.0.0.1", multicast},
      {"239.255.255.255", multicast},
      {"240.0.0.1", reserved},
      {"255.255.255.255", reserved},
      {"2606:4700::1111", public_},
      {"2001:4860:4860::8888", public_},
      {"::", unspecified},
      {"::1", loopback},
      {"fc00::1", private_},
      {"fdff::1", private_},
      {"fe80::1", link_local},
      {"fec0::1", private_},
      {"fd00:ec2::254", metadata},
      {"ff02::1", multicast},
      {"2001:db8::1", documentation},
      {"3fff::1", documentation},
      {"2001::1", reserved},
      {"100::1", reserved},
      {"4000::1", reserved},
      {"64:ff9b:1::a09:909", reserved},
      {"5f00::1", reserved},
  };
  for (const auto& [text, kind] : table) {
    const auto address = parse_address(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(name_of(classify(*address)), name_of(kind)) << text;
  }
}

TEST(Address, IsJudgedAsTheIpv4AddressItCarries) {
  using enum AddressClass;
  const Classified table[] = {
      {"::ffff:10.9.9.9", private_},  {"::ffff:169.254.169.254", metadata},
      {"::ffff:1.1.1.1", public_},    {"::ffff:0:10.9.9.9", private_},
      {"::10.9.9.9", private_},       {"::2", unspecified},
      {"64:ff9b::a09:909", private_}, {"64:ff9b::7f00:1", loopback},
      {"2002:0a09:0909::", private_}, {"2002:7f00:0001::1", loopback},
      {"::ffff:127.0.0.1", loopback},
  };
  for (const auto& [text, kind] : table) {
    EXPECT_EQ(name_of(classify(parse_address(text).value())), name_of(kind)) << text;
  }
}

TEST(Address, OfAnyOtherLengthIsNotPublic) {
  const std::array<std::uint8_t, 5> bytes{1, 1, 1, 1, 1};
  EXPECT_FALSE(is_public(bytes));
  EXPECT_FALSE(is_public(std::span<const std::uint8_t>()));
}

TEST(Address, ReadsOnlyWhatItWrites) {
  EXPECT_EQ(to_string(parse_address("2001:DB8:0::1").value()), "2001:db8::1");
  for (const std::string_view text :
       {"", "127.1", "0x7f.0.0.1", "[::1]", "fe80::1%lo", "1.1.1.1 ", "localhost"}) {
    EXPECT_FALSE(parse_address(text)) << text;
  }
  EXPECT_FALSE(parse_address(std::string_view("1.1.1.1\0x", 9)));
}

}  // namespace
}  // namespace policy
