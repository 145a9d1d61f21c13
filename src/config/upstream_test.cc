// SPDX-License-Identifier: Apache-2.0
#include "config/upstream.h"

#include <gtest/gtest.h>

#include "config/check.h"
#include "config/merge.h"
#include "config/toml.h"

namespace config {
namespace {

using namespace std::chrono_literals;

struct ReadUpstream {
  Upstream upstream;
  std::string mistakes;
};

ReadUpstream read_upstream(std::string_view text) {
  Problems problems;
  Table effective = defaults();
  merge(effective, check(*parse_toml(text, "c.toml"), problems));
  auto upstream = upstream_of(effective, "/home/u", problems);
  std::string mistakes;
  for (const auto& problem : problems)
    mistakes += problem.to_string() + "\n";
  return {std::move(upstream), mistakes};
}

TEST(Upstream, HasLimitsWithoutAFile) {
  const auto [upstream, mistakes] = read_upstream("");
  ASSERT_EQ(mistakes, "");
  EXPECT_FALSE(upstream.proxy.configured());
  EXPECT_FALSE(upstream.proxy_from_env);
  EXPECT_TRUE(upstream.no_proxy.empty());
  EXPECT_TRUE(upstream.name_servers.empty());
  EXPECT_EQ(upstream.limits.connect, 30s);
  EXPECT_EQ(upstream.limits.handshake, 15s);
  EXPECT_EQ(upstream.limits.first_byte, 10min);
  EXPECT_EQ(upstream.limits.idle, 10min);
  EXPECT_EQ(upstream.limits.write, 2min);
  EXPECT_EQ(upstream.limits.tunnel_idle, 1h);
  EXPECT_EQ(upstream.limits.udp_idle, 30s);
  EXPECT_EQ(upstream.limits.keep_alive, 55s);
  EXPECT_EQ(upstream.limits.connections_per_host, 0U);
  EXPECT_EQ(upstream.limits.idle_per_host, 1024U);
}

TEST(Upstream, ReadsEveryLimit) {
  const auto [upstream, mistakes] = read_upstream(R"([upstream]
connect_timeout = "1s"
handshake_timeout = "2s"
first_byte_timeout = "3s"
idle_timeout = "4s"
write_timeout = "5s"
tunnel_idle_timeout = "6s"
udp_idle_timeout = "9s"
keep_alive_timeout = "7ms"
max_connections_per_host = 8
max_idle_per_host = 0
)");
  ASSERT_EQ(mistakes, "");
  const auto& limits = upstream.limits;
  EXPECT_EQ(limits.connect, 1s);
  EXPECT_EQ(limits.handshake, 2s);
  EXPECT_EQ(limits.first_byte, 3s);
  EXPECT_EQ(limits.idle, 4s);
  EXPECT_EQ(limits.write, 5s);
  EXPECT_EQ(limits.tunnel_idle, 6s);
  EXPECT_EQ(limits.keep_alive, 7ms);
  EXPECT_EQ(limits.connections_per_host, 8U);
  EXPECT_EQ(limits.idle_per_host, 0U);
}

TEST(Upstream, TakesAProxyAndWhatGoesAroundIt) {
  const auto [upstream, mistakes] = read_upstream(R"([upstream]
proxy = "http://u:p@proxy.test:3128"
no_proxy = ["corp.test", "10.0.0.0/8"]
)");
  ASSERT_EQ(mistakes, "");
  EXPECT_EQ(upstream.proxy.value->reveal(), "http://u:p@proxy.test:3128");
  EXPECT_TRUE(upstream.no_proxy.matches("a.corp.test", 443));
  EXPECT_TRUE(upstream.no_proxy.matches("10.1.1.1", 443));
}

TEST(Upstream, TakesAProxyFromASource) {
  const auto [upstream, mistakes] = read_upstream("upstream.proxy_source = { file = \"~/url\" }");
  ASSERT_EQ(mistakes, "");
  EXPECT_EQ(upstream.proxy.file, "/home/u/url");
}

TEST(Upstream, HasNoProxyWhereTheSourcesTableIsEmpty) {
  const auto [upstream, mistakes] = read_upstream("[upstream.proxy_source]\n");
  EXPECT_EQ(mistakes, "");
  EXPECT_FALSE(upstream.proxy.configured());
}

TEST(Upstream, TakesNameServersAndFixedNames) {
  const auto [upstream, mistakes] = read_upstream(R"([upstream]
name_servers = ["192.0.2.53", "[2001:db8::53]:5353", "2001:db8::1"]
[[upstream.resolve]]
host = "*.a.test"
addresses = ["192.0.2.1", "[2001:db8::7]"]
)");
  ASSERT_EQ(mistakes, "");
  ASSERT_EQ(upstream.name_servers.size(), 3U);
  EXPECT_EQ(upstream.name_servers[0].address, "192.0.2.53");
  EXPECT_EQ(upstream.name_servers[0].port, 53);
  EXPECT_EQ(upstream.name_servers[1].address, "2001:db8::53");
  EXPECT_EQ(upstream.name_servers[1].port, 5353);
  EXPECT_EQ(upstream.name_servers[2].address, "2001:db8::1");
  ASSERT_EQ(upstream.resolve.size(), 1U);
  EXPECT_TRUE(upstream.resolve[0].host.matches("x.a.test"));
  EXPECT_EQ(upstream.resolve[0].addresses, (std::vector<std::string>{"192.0.2.1", "2001:db8::7"}));
}

TEST(Upstream, SaysWhatIsWrongAndWhere) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"proxy = \"ftp://u:hunter2@p.test\"", "c.toml:2:9: upstream.proxy: this kind of proxy"},
      {"proxy = \"http://u:hunter2@p.test\"\nproxy_source = { env = \"A\" }",
       "c.toml:2:9: upstream.proxy: upstream.proxy_source is set too"},
      {"proxy = \"http://u:hunter2@p.test\"\nproxy_from_env = true",
       "c.toml:3:18: upstream.proxy_from_env: upstream.proxy or its source is set too"},
      {"proxy_source = { env = \"\" }", "c.toml:2:16: upstream.proxy_source: no source"},
      {"no_proxy = [\"a.test\", \"10.0.0.0/99\"]", "c.toml:2:23: upstream.no_proxy: the network"},
      {"name_servers = [\"dns.test\"]", "c.toml:2:17: upstream.name_servers: address is not an IP"},
      {"name_servers = [\"1.1.1.1\",\"1.1.1.1\",\"1.1.1.1\",\"1.1.1.1\",\"1.1.1.1\",\"1.1.1.1\","
       "\"1.1.1.1\",\"1.1.1.1\",\"1.1.1.1\"]",
       "c.toml:2:16: upstream.name_servers: there are more than 8"},
      {"connect_timeout = \"0s\"", "c.toml:2:19: upstream.connect_timeout: must be longer"},
      {"connect_timeout = \"fast\"",
       "c.toml:2:19: upstream.connect_timeout: \"fast\" is not a dur"},
      {"max_connections_per_host = -1",
       "c.toml:2:28: upstream.max_connections_per_host: -1 is out"},
      {"resolve = [{ host = \"a.test\", addresses = [] }]",
       "c.toml:2:43: upstream.resolve: there is no address"},
      {"resolve = [{ host = \"a.test\", addresses = [\"1.1.1.1:53\"] }]",
       "c.toml:2:43: upstream.resolve: an address has a port"},
  };
  for (const auto& [text, beginning] : table) {
    const auto mistakes = read_upstream("[upstream]\n" + text).mistakes;
    EXPECT_EQ(mistakes.substr(0, beginning.size()), beginning);
    EXPECT_EQ(mistakes.find("hunter2"), std::string::npos) << mistakes;
  }
}

}  // namespace
}  // namespace config
