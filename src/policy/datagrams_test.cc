// SPDX-License-Identifier: Apache-2.0
#include "policy/datagrams.h"

#include <gtest/gtest.h>

#include <string>

#include "policy/test_support.h"

namespace policy {
namespace {

using enum Action;
using test::error_of;
using Ports = std::vector<std::int64_t>;

RuleSpec spec_of(Action action, std::string host, Ports ports, std::optional<Protocol> protocol) {
  RuleSpec spec{.action = action, .ports = std::move(ports), .protocol = protocol};
  if (!host.empty()) spec.host = PatternSpec{std::move(host)};
  return spec;
}

RuleSpec udp(Action action, std::string host, Ports ports) {
  return spec_of(action, std::move(host), std::move(ports), Protocol::udp);
}

Policy policy_of_specs(std::vector<RuleSpec> specs, Action otherwise = block) {
  std::vector<Rule> rules;
  for (auto& spec : specs)
    rules.push_back(compile(std::move(spec)).value());
  return Policy::create({}, std::move(rules), {.action = otherwise}).value();
}

TEST(Datagrams, PassByARuleThatNamesProtocolHostAndPort) {
  const auto policy = policy_of_specs({udp(allow, "time.test", {123})});
  const auto decision = decide_datagrams(policy, "time.test", 123);
  EXPECT_EQ(decision.action, allow);
  EXPECT_EQ(decision.rule, &policy.rules()[0]);
  EXPECT_EQ(decide_datagrams(policy, "time.test", 124).action, block);
  EXPECT_EQ(decide_datagrams(policy, "other.test", 123).action, block);
}

TEST(Datagrams, NeverPassByARuleWithoutAProtocol) {
  const auto policy = policy_of_specs({spec_of(allow, "time.test", {123}, std::nullopt)}, allow);
  const auto decision = decide_datagrams(policy, "time.test", 123);
  EXPECT_EQ(decision.action, block);
  EXPECT_EQ(decision.reason, "no rule with protocol = \"udp\" allows time.test port 123");
}

TEST(Datagrams, AreBlockedByRulesWithoutAProtocolThatBlockOrAsk) {
  for (const auto action : {block, ask}) {
    const auto policy =
        policy_of_specs({spec_of(action, "a.test", {}, std::nullopt), udp(allow, "a.test", {123})});
    EXPECT_EQ(decide_datagrams(policy, "a.test", 123).action, block);
    EXPECT_EQ(decide_datagrams(policy, "a.test", 123).rule, &policy.rules()[0]);
  }
}

TEST(Datagrams, AreBlockedByTheFloor) {
  std::vector<Rule> floor;
  floor.push_back(compile(spec_of(block, "", {123}, std::nullopt)).value());
  std::vector<Rule> rules;
  rules.push_back(compile(udp(allow, "a.test", {123, 124})).value());
  const auto policy = Policy::create(std::move(floor), std::move(rules), {allow}).value();
  EXPECT_EQ(decide_datagrams(policy, "a.test", 123).action, block);
  EXPECT_EQ(decide_datagrams(policy, "a.test", 124).action, allow);
}

TEST(Datagrams, AreNotMeantByARuleAboutTcp) {
  const auto policy = policy_of_specs(
      {spec_of(block, "a.test", {}, Protocol::tcp), udp(allow, "a.test", {123}),
       spec_of(allow, "a.test", {}, std::nullopt)});
  EXPECT_EQ(decide_datagrams(policy, "a.test", 123).action, allow);
  EXPECT_EQ(decide_connection(policy, "a.test", 443, ConnectionKind::tunnel).action, block);
}

TEST(Datagrams, OfARuleSayNothingAboutConnections) {
  const auto policy = policy_of_specs({udp(allow, "a.test", {443})});
  EXPECT_EQ(decide_connection(policy, "a.test", 443, ConnectionKind::tunnel).action, block);
  EXPECT_EQ(decide_connection(policy, "a.test", 443, ConnectionKind::raw_tcp).action, block);
  EXPECT_EQ(decide(policy, parse_url("https://a.test/").value().target("GET")).action, block);
  EXPECT_FALSE(could_allow(policy, "a.test", 443));

  const auto without =
      policy_of_specs({udp(block, "a.test", {}), spec_of(allow, "a.test", {}, {})});
  EXPECT_EQ(decide(without, parse_url("https://a.test/").value().target("GET")).action, allow);
}

TEST(Datagrams, AreAReasonForANameToExist) {
  EXPECT_TRUE(could_allow(policy_of_specs({udp(allow, "a.test", {123})}), "a.test"));
  EXPECT_TRUE(could_allow(
      policy_of_specs({spec_of(block, "a.test", {}, Protocol::tcp), udp(allow, "a.test", {123})}),
      "a.test"));
  EXPECT_FALSE(could_allow(
      policy_of_specs({spec_of(block, "a.test", {}, {}), udp(allow, "a.test", {123})}), "a.test"));
}

TEST(Datagrams, ReachPrivateAddressesByARuleOfTheirOwn) {
  auto tcp_only = spec_of(allow, "a.test", {123}, std::nullopt);
  tcp_only.allow_private = true;
  const auto tcp = policy_of_specs({tcp_only, udp(allow, "a.test", {123})});
  EXPECT_TRUE(private_allowed(tcp, "a.test", 123));
  EXPECT_FALSE(private_allowed(tcp, "a.test", 123, Protocol::udp));

  auto udp_only = udp(allow, "a.test", {123});
  udp_only.allow_private = true;
  const auto own = policy_of_specs({udp_only});
  EXPECT_FALSE(private_allowed(own, "a.test", 123));
  EXPECT_TRUE(private_allowed(own, "a.test", 123, Protocol::udp));
}

TEST(Datagrams, AreAllowedOnlyWithHostAndPorts) {
  constexpr auto message = "protocol = \"udp\" allows only a `host` and `ports` that it names";
  EXPECT_EQ(error_of(udp(allow, "a.test", {})), message);
  EXPECT_EQ(error_of(udp(allow, "", {123})), message);
  EXPECT_EQ(error_of(udp(block, "", {})), "no error");
}

TEST(Datagrams, AskNobody) {
  EXPECT_EQ(error_of(udp(ask, "a.test", {123})), "protocol = \"udp\" in a rule that asks");
}

TEST(Datagrams, HaveNoConditionsAboutRequests) {
  constexpr auto message = "protocol = \"udp\" with a condition about requests";
  auto spec = udp(allow, "a.test", {443});
  spec.methods = {"GET"};
  EXPECT_EQ(error_of(spec), message);
  spec.methods = {};
  spec.tls = Tls::passthrough;
  EXPECT_EQ(error_of(spec), message);
  spec.tls = Tls::inspect;
  spec.path = PatternSpec{"/a"};
  EXPECT_EQ(error_of(spec), message);
}

TEST(Datagrams, AreCapturedOnThePortsThatRulesAllow) {
  const auto policy = policy_of_specs(
      {udp(allow, "a.test", {443, 123}), udp(allow, "b.test", {123}), udp(block, "c.test", {99}),
       spec_of(allow, "d.test", {80}, {})});
  EXPECT_EQ(datagrams_of(policy).ports, (std::vector<std::uint16_t>{123, 443}));
  EXPECT_TRUE(datagrams_of(policy).name_servers.empty());
  EXPECT_TRUE(datagrams_of(policy_of_specs({})).empty());
}

TEST(Datagrams, NameServersAreThoseNamedByTheirAddress) {
  const auto policy = policy_of_specs(
      {udp(allow, "192.0.2.53", {53}), udp(allow, "2001:db8::53", {53, 123}),
       udp(allow, "192.0.2.53", {53}), udp(allow, "192.0.2.54", {123}),
       udp(allow, "dns.test", {53})});
  EXPECT_EQ(
      datagrams_of(policy).name_servers,
      (std::vector<Address>{*parse_address("192.0.2.53"), *parse_address("2001:db8::53")}));
}

TEST(NameServers, OfTcpAreThoseThatARuleNamesByAddressAndPort) {
  const auto policy = policy_of_specs(
      {spec_of(allow, "192.0.2.53", {53}, {}), spec_of(allow, "192.0.2.54", {}, {}),
       spec_of(allow, "dns.test", {53}, {}), spec_of(block, "192.0.2.55", {53}, {}),
       udp(allow, "192.0.2.56", {53})});
  EXPECT_EQ(
      name_servers_of(policy, Protocol::tcp), (std::vector<Address>{*parse_address("192.0.2.53")}));
}

TEST(Datagrams, ARuleSaysItsProtocol) {
  const auto rule = compile(udp(allow, "a.test", {123})).value();
  EXPECT_EQ(describe(rule), "allow host a.test, ports 123, protocol udp");
  EXPECT_EQ(
      to_json(rule),
      R"({"conditions":{"host":"a.test","ports":[123],"protocol":"udp"},"scope":null,)"
      R"("type":null,"action":"allow","file":"","line":0})");
}

}  // namespace
}  // namespace policy
