// SPDX-License-Identifier: Apache-2.0
#include "session/way_out.h"

#include <gtest/gtest.h>

#include "config/check.h"
#include "config/merge.h"
#include "config/toml.h"

namespace session {
namespace {

using namespace std::chrono_literals;

config::Config config_with(std::string_view text) {
  config::Problems problems;
  config::Table effective = config::defaults();
  config::merge(effective, config::check(*config::parse_toml(text, "c.toml"), problems));
  auto config = config::config_of(effective, "/home/u", problems);
  EXPECT_TRUE(config) << text;
  return *std::move(config);
}

base::Result<WayOut> way_out(std::string_view text, const config::Environment& environment = {}) {
  return make_way_out(config_with(text), environment, "/home/u", 4);
}

/// "place" of both proxies, "-" for none.
std::string places(const base::Result<WayOut>& out) {
  if (!out) return out.error().to_string();
  const auto place = [](const auto& proxy) { return proxy ? proxy->place() : "-"; };
  return place(out->proxies.for_http) + " " + place(out->proxies.for_all_else);
}

TEST(WayOut, HasNoProxyByItself) {
  const config::Environment environment{{"https_proxy", "http://p.test:1"}};
  EXPECT_EQ(places(way_out("", environment)), "- -");
}

TEST(WayOut, HandsLimitsOver) {
  const auto out = way_out(R"([upstream]
connect_timeout = "1s"
first_byte_timeout = "2s"
idle_timeout = "3s"
write_timeout = "4s"
tunnel_idle_timeout = "5s"
keep_alive_timeout = "6s"
handshake_timeout = "7s"
max_connections_per_host = 8
max_idle_per_host = 9
)");
  ASSERT_TRUE(out);
  EXPECT_EQ(out->limits.connect, 1s);
  EXPECT_EQ(out->limits.response_head, 2s);
  EXPECT_EQ(out->limits.body_silence, 3s);
  EXPECT_EQ(out->limits.upload_stall, 4s);
  EXPECT_EQ(out->limits.tunnel_silence, 5s);
  EXPECT_EQ(out->limits.pooled, 6s);
  EXPECT_EQ(out->limits.handshake, 7s);
  EXPECT_EQ(out->limits.connections_per_host, 8U);
  EXPECT_EQ(out->limits.pooled_per_host, 3U);
}

TEST(WayOut, UsesTheConfiguredProxyForEverything) {
  EXPECT_EQ(places(way_out("upstream.proxy = \"p.test:1\"")), "p.test:1 p.test:1");
  EXPECT_EQ(
      places(way_out("upstream.proxy_source.env = \"P\"", {{"P", "socks5h://p.test"}})),
      "p.test:1080 p.test:1080");
}

TEST(WayOut, DoesNotStartWithoutTheProxyThatIsConfigured) {
  const auto unset = way_out("upstream.proxy_source.env = \"P\"");
  ASSERT_FALSE(unset);
  EXPECT_NE(unset.error().message.find("the environment variable P is not set"), std::string::npos);
  const auto wrong = way_out("upstream.proxy_source.env = \"P\"", {{"P", "x://u:hunter2@p.test"}});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().to_string().find("hunter2"), std::string::npos);
}

TEST(WayOut, ReadsTheUsualVariablesWhenAskedTo) {
  constexpr std::string_view on = "upstream.proxy_from_env = true";
  using Environment = config::Environment;
  EXPECT_EQ(places(way_out(on)), "- -");
  EXPECT_EQ(places(way_out(on, {{"HTTPS_PROXY", "s.test:1"}})), "- s.test:1");
  EXPECT_EQ(places(way_out(on, {{"http_proxy", "h.test:1"}})), "h.test:1 -");
  EXPECT_EQ(
      places(way_out(on, {{"ALL_PROXY", "a.test:1"}, {"http_proxy", "h.test:1"}})),
      "h.test:1 a.test:1");
  EXPECT_EQ(
      places(way_out(on, {{"HTTPS_PROXY", "upper.test:1"}, {"https_proxy", "lower.test:1"}})),
      "- lower.test:1");
  EXPECT_EQ(
      places(way_out(on, {{"HTTPS_PROXY", "upper.test:1"}, {"https_proxy", ""}})),
      "- upper.test:1");
  EXPECT_FALSE(way_out(on, Environment{{"HTTPS_PROXY", "ftp://x"}}));
}

TEST(WayOut, AddsNoProxyOfTheEnvironment) {
  const auto out = way_out(
      "[upstream]\nproxy_from_env = true\nno_proxy = [\"mine.test\"]",
      {{"NO_PROXY", "corp.test, ,10.0.0.0/8,not a host"}});
  ASSERT_TRUE(out);
  for (const auto* host : {"mine.test", "a.corp.test", "10.1.1.1"})
    EXPECT_TRUE(out->proxies.bypass.matches(host, 443)) << host;
  EXPECT_FALSE(out->proxies.bypass.matches("other.test", 443));
  ASSERT_EQ(out->warnings.size(), 1U);
  EXPECT_NE(out->warnings.front().find("not a host"), std::string::npos);
}

TEST(WayOut, KnowsNamesAndNameServers) {
  const auto out = way_out(R"([upstream]
name_servers = ["192.0.2.53"]
resolve = [{ host = "a.test", addresses = ["192.0.2.1", "2001:db8::1"] }]
)");
  ASSERT_TRUE(out);
  ASSERT_EQ(out->name_servers.size(), 1U);
  EXPECT_EQ(out->name_servers.front().port(), 53);
  ASSERT_EQ(out->names.size(), 1U);
  EXPECT_EQ(out->names.front().addresses.size(), 2U);
}

/// The servers in one line.
std::string servers_in(std::string_view resolv_conf) {
  std::string out;
  for (const auto& server : parse_resolv_conf(resolv_conf))
    out += server.address().to_string() + ":" + std::to_string(server.port()) + " ";
  return out;
}

TEST(ParseResolvConf, TakesTheFirstThreeServers) {
  EXPECT_EQ(
      servers_in("search a.test\nnameserver 192.0.2.1\n# nameserver 192.0.2.2\n"
                 "nameserver\t2001:db8::1 \nnameserver 192.0.2.3\nnameserver 192.0.2.4\n"),
      "192.0.2.1:53 2001:db8::1:53 192.0.2.3:53 ");
}

TEST(ParseResolvConf, TakesTheHostItselfWithoutAny) {
  for (const auto* text : {"", "nameservers 192.0.2.1", "nameserver", "nameserver x\n"})
    EXPECT_EQ(servers_in(text), "127.0.0.1:53 ") << text;
}

TEST(NameServersOf, PrefersTheConfiguredOnes) {
  const auto out = way_out("[upstream]\nname_servers = [\"192.0.2.53\"]\n");
  ASSERT_TRUE(out);
  EXPECT_EQ(name_servers_of(*out)(), out->name_servers);
}

}  // namespace
}  // namespace session
