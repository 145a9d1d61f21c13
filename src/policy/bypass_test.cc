// SPDX-License-Identifier: Apache-2.0
#include "policy/bypass.h"

#include <gtest/gtest.h>

namespace policy {
namespace {

Bypass bypass(std::initializer_list<std::string_view> entries) {
  Bypass out;
  for (const auto entry : entries)
    EXPECT_TRUE(out.add(entry)) << entry;
  return out;
}

TEST(Bypass, TakesANameForItselfAndAllBelow) {
  const auto list = bypass({"Corp.Example"});
  EXPECT_TRUE(list.matches("corp.example", 443));
  EXPECT_TRUE(list.matches("a.b.corp.example", 443));
  EXPECT_FALSE(list.matches("notcorp.example", 443));
  EXPECT_FALSE(list.matches("example", 443));
}

TEST(Bypass, TakesALeadingDotForWhatIsBelowOnly) {
  for (const auto& list : {bypass({".corp.example"}), bypass({"*.corp.example"})}) {
    EXPECT_TRUE(list.matches("a.b.corp.example", 443));
    EXPECT_FALSE(list.matches("corp.example", 443));
    EXPECT_FALSE(list.matches("xcorp.example", 443));
  }
}

TEST(Bypass, TakesAStarForEverything) {
  EXPECT_TRUE(bypass({"*"}).matches("any.test", 1));
  EXPECT_TRUE(bypass({"*"}).matches("192.0.2.1", 1));
}

TEST(Bypass, KnowsNetworksOfBothFamilies) {
  const auto list = bypass({"10.0.0.0/8", "192.168.128.0/17", "2001:db8::/33", "[fe80::]/10"});
  EXPECT_TRUE(list.matches("10.255.0.1", 80));
  EXPECT_FALSE(list.matches("11.0.0.1", 80));
  EXPECT_TRUE(list.matches("192.168.200.1", 80));
  EXPECT_FALSE(list.matches("192.168.127.1", 80));
  EXPECT_TRUE(list.matches("2001:db8:7fff::1", 80));
  EXPECT_FALSE(list.matches("2001:db8:8000::1", 80));
  EXPECT_TRUE(list.matches("fe80::1", 80));
  EXPECT_FALSE(list.matches("10.example", 80));
}

TEST(Bypass, KnowsAddressesInEverySpelling) {
  const auto list = bypass({"::1", "127.0.0.1", "[2001:db8:0:0::7]"});
  EXPECT_TRUE(list.matches("::1", 80));
  EXPECT_TRUE(list.matches("127.0.0.1", 80));
  EXPECT_TRUE(list.matches("2001:db8::7", 80));
  EXPECT_FALSE(list.matches("127.0.0.2", 80));
}

TEST(Bypass, HoldsWhatANameResolvesTo) {
  const auto list = bypass({"10.0.0.0/8", "intranet.test"});
  EXPECT_TRUE(list.holds(*parse_address("10.1.1.1"), 443));
  EXPECT_FALSE(list.holds(*parse_address("192.0.2.1"), 443));
}

TEST(Bypass, MayNameAPort) {
  const auto list = bypass({"a.test:8080", ".b.test:81", "192.0.2.1:82"});
  EXPECT_TRUE(list.matches("a.test", 8080));
  EXPECT_FALSE(list.matches("a.test", 80));
  EXPECT_TRUE(list.matches("x.b.test", 81));
  EXPECT_FALSE(list.matches("x.b.test", 80));
  EXPECT_TRUE(list.matches("192.0.2.1", 82));
  EXPECT_FALSE(list.matches("192.0.2.1", 80));
}

TEST(Bypass, RefusesWhatIsNoHost) {
  Bypass list;
  for (const auto* text :
       {"", ".", "a b", "10.0.0.0/33", "10.0.0.0/", "10.0.0/8", "name/8", "a.test:0", ".10.0.0.1",
        "2001:db8::/129", "10.0.0.0/-1"}) {
    EXPECT_FALSE(list.add(text)) << text;
  }
  EXPECT_TRUE(list.empty());
}

}  // namespace
}  // namespace policy
