// SPDX-License-Identifier: Apache-2.0
#include "policy/target.h"

#include <gtest/gtest.h>

namespace policy {
namespace {

std::string canonical(std::string_view text) {
  const auto url = parse_url(text);
  return url ? url_of(url->target("GET")) : "refused";
}

TEST(Url, HasOneSpelling) {
  EXPECT_EQ(canonical("HTTPS://Example.COM:443/%7Ea?x=%2f"), "https://example.com/~a?x=%2F");
  EXPECT_EQ(canonical("http://example.com"), "http://example.com/");
  EXPECT_EQ(canonical("http://example.com:443/"), "http://example.com:443/");
  EXPECT_EQ(canonical("https://example.com?x"), "https://example.com/?x");
  EXPECT_EQ(canonical("https://example.com/a?"), "https://example.com/a");
  EXPECT_EQ(canonical("https://[2001:DB8::1]:8443/"), "https://[2001:db8::1]:8443/");
  EXPECT_EQ(canonical("http://0x7f000001/"), "http://127.0.0.1/");
}

TEST(Url, IsRefusedWhenPartOfItIsNeverSentOrReadTwoWays) {
  for (const auto* text :
       {"", "example.com", "//example.com/", "ftp://example.com/", "https://", "https:///x",
        "https://user@example.com/", "https://example.com/#top", "https://example.com:/",
        "https://ok.test\\@evil.test/", "https://example.com/a b"}) {
    EXPECT_EQ(canonical(text), "refused") << text;
  }
}

}  // namespace
}  // namespace policy
