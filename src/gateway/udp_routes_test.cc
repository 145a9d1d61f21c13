// SPDX-License-Identifier: Apache-2.0
#include "gateway/udp_routes.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

namespace gateway {
namespace {

using namespace std::chrono_literals;
using net::asio::ip::make_address;

/// Needs a while for every name, and counts.
class SlowResolver final : public net::Resolver {
public:
  explicit SlowResolver(std::string address) : address_(std::move(address)) {}

  net::Task<base::Result<std::vector<net::asio::ip::address>>> resolve(std::string) override {
    ++lookups;
    net::asio::steady_timer pause(co_await net::asio::this_coro::executor, 20ms);
    co_await pause.async_wait(net::as_result);
    co_return std::vector{make_address(address_)};
  }

  int lookups = 0;

private:
  std::string address_;
};

policy::Policy policy_with(std::vector<policy::RuleSpec> specs) {
  std::vector<policy::Rule> rules;
  for (auto& spec : specs)
    rules.push_back(policy::compile(std::move(spec)).value());
  return policy::Policy::create({}, std::move(rules), {}).value();
}

class UdpRoutesTest : public testing::Test {
protected:
  UdpRoutes::Found find(std::string host, std::uint16_t port = 123) {
    return find_all({{std::move(host), port}}).front();
  }

  /// All at once.
  std::vector<UdpRoutes::Found> find_all(
      std::vector<std::pair<std::string, std::uint16_t>> places) {
    Router router(resolver, connect_to, proxies, limits);
    UdpRoutes routes(router);
    net::asio::io_context loop;
    std::vector<UdpRoutes::Found> out(places.size());
    for (std::size_t i = 0; i < places.size(); ++i)
      net::asio::co_spawn(
          loop, keep(out[i], routes.find(places[i].first, places[i].second, policy)),
          net::asio::detached);
    loop.run();
    return out;
  }

  static net::Task<> keep(UdpRoutes::Found& out, net::Task<UdpRoutes::Found> finding) {
    out = co_await std::move(finding);
  }

  SlowResolver resolver{"93.184.215.14"};
  std::vector<ConnectTo> connect_to{};
  Proxies proxies{};
  Limits limits{};
  policy::Policy policy = policy_with({});
};

TEST_F(UdpRoutesTest, ManyFlowsToOnePlaceCauseOneLookup) {
  const auto found = find_all({{"a.test", 1}, {"a.test", 1}, {"a.test", 1}, {"b.test", 1}});
  for (const auto& each : found)
    EXPECT_EQ(each.value().front().address(), make_address("93.184.215.14"));
  EXPECT_EQ(resolver.lookups, 2);
}

TEST_F(UdpRoutesTest, PrivateAddressesAreRefused) {
  resolver = SlowResolver("10.1.2.3");
  EXPECT_EQ(find("a.test").error().stage, "address");
  policy = policy_with(
      {{.action = policy::Action::allow,
        .host = policy::PatternSpec{"a.test"},
        .ports = {123},
        .protocol = policy::Protocol::udp,
        .allow_private = true}});
  EXPECT_EQ(find("a.test").value().front().port(), 123);
}

TEST_F(UdpRoutesTest, NothingGoesAroundAProxy) {
  proxies.for_all_else = policy::parse_proxy_url("http://proxy.test:3128").value();
  EXPECT_EQ(find("a.test").error().stage, "proxy");
  EXPECT_EQ(resolver.lookups, 0);
}

TEST_F(UdpRoutesTest, FollowsConnectTo) {
  connect_to.push_back(
      {.host = policy::Pattern::compile("a.test", policy::Scope::host).value(),
       .address = "127.0.0.1",
       .address_port = 9});
  resolver = SlowResolver("127.0.0.1");
  EXPECT_EQ(find("a.test").value().front().port(), 9);
}

}  // namespace
}  // namespace gateway
