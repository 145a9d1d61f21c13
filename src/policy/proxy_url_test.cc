// SPDX-License-Identifier: Apache-2.0
#include "policy/proxy_url.h"

#include <gtest/gtest.h>

#include <array>

namespace policy {
namespace {

/// "kind place user password", or the error.
std::string read(std::string_view text) {
  const auto url = parse_proxy_url(text);
  if (!url) return url.error().message;
  constexpr std::array<std::string_view, 4> kinds{"http", "https", "socks5", "socks5h"};
  std::string out(kinds[static_cast<std::size_t>(url->kind)]);
  out += " " + url->place();
  if (url->login) {
    out += " " + std::string(url->login->user.reveal()) + " " +
           std::string(url->login->password.reveal());
  }
  return out;
}

TEST(ProxyUrl, ReadsEachKindWithItsUsualPort) {
  EXPECT_EQ(read("http://proxy.test"), "http proxy.test:80");
  EXPECT_EQ(read("HTTPS://Proxy.Test/"), "https proxy.test:443");
  EXPECT_EQ(read("socks5://proxy.test"), "socks5 proxy.test:1080");
  EXPECT_EQ(read("socks5h://proxy.test:9050"), "socks5h proxy.test:9050");
}

TEST(ProxyUrl, IsHttpWithoutAScheme) {
  EXPECT_EQ(read("proxy.test:3128"), "http proxy.test:3128");
  EXPECT_EQ(read("me:pw@10.1.2.3:3128"), "http 10.1.2.3:3128 me pw");
}

TEST(ProxyUrl, TakesAnIpv6AddressInBrackets) {
  EXPECT_EQ(read("http://[2001:db8:0::1]:3128"), "http [2001:db8::1]:3128");
}

TEST(ProxyUrl, DecodesUserAndPassword) {
  EXPECT_EQ(read("http://a%40b:p%3A%2f%20@p.test:1"), "http p.test:1 a@b p:/ ");
  EXPECT_EQ(read("http://a:b:c@p.test:1"), "http p.test:1 a b:c");
  EXPECT_EQ(read("http://token@p.test:1"), "http p.test:1 token ");
  EXPECT_EQ(read("http://u:p@ss@p.test:1"), "http p.test:1 u p@ss");
}

TEST(ProxyUrl, RefusesWhatItCannotReadInOneWay) {
  for (const auto* text :
       {"", "ftp://p.test", "socks4://p.test", "http://", "http://p.test/path", "http://p.test?x",
        "http://p.test:0", "http://p.test:99999", "http://u:p%4@p.test", "http://u:p%zz@p.test",
        "http://:p@p.test", "http://a%3Ab:c@p.test", "http://u:p%0Aq@p.test", "http://p.test\n",
        "http://a b.test", "http://u:p/w@p.test"}) {
    EXPECT_FALSE(parse_proxy_url(text)) << text;
  }
  EXPECT_FALSE(parse_proxy_url("http://u:" + std::string(256, 'p') + "@p.test"));
  EXPECT_TRUE(parse_proxy_url("http://u:" + std::string(255, 'p') + "@p.test"));
}

TEST(ProxyUrl, NeverSaysWhatItCouldNotRead) {
  for (const auto* text :
       {"http://hunter2", "hunter2://p.test", "http://hunter2:p%zz@p.test", "http://u:hunter2/@p",
        "http://u:hunter2@p.test:x"}) {
    const auto url = parse_proxy_url(text);
    if (url) continue;
    EXPECT_EQ(url.error().to_string().find("hunter2"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace policy
