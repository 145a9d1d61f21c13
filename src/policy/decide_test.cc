// SPDX-License-Identifier: Apache-2.0
#include "policy/decide.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "policy/normalise.h"
#include "policy/test_support.h"

namespace policy {
namespace {

using enum Action;
using test::rule_of;

Rule host_rule(Action action, std::string host) {
  return rule_of({.action = action, .host = PatternSpec{std::move(host)}});
}

Policy policy_of(std::vector<Rule> rules, Action otherwise = block) {
  return Policy::create({}, std::move(rules), {.action = otherwise}).value();
}

Decision decide_url(const Policy& policy, std::string_view url, std::string_view method = "GET") {
  const Url parsed = parse_url(url).value();
  return decide(policy, parsed.target(method));
}

TEST(Decide, TakesTheFirstRuleThatMatches) {
  const Policy policy = policy_of(
      {host_rule(block, "a.x.com"), host_rule(allow, "*.x.com"), host_rule(ask, "*"),
       host_rule(allow, "b.y.com")});
  EXPECT_EQ(decide_url(policy, "https://a.x.com/").action, block);
  EXPECT_EQ(decide_url(policy, "https://b.x.com/").action, allow);
  EXPECT_EQ(decide_url(policy, "https://b.y.com/").action, ask);
}

TEST(Decide, NamesTheRuleAndTheReason) {
  const Policy policy = policy_of({host_rule(block, "x.com")}, allow);
  const Decision decision = decide_url(policy, "https://x.com/");
  EXPECT_EQ(decision.rule, &policy.rules()[0]);
  EXPECT_EQ(decision.reason, "matched rule: x.com");
}

TEST(Decide, FallsBackToTheDefault) {
  const Decision decision = decide_url(policy_of({}, ask), "https://x.com/");
  EXPECT_EQ(decision.action, ask);
  EXPECT_EQ(decision.rule, nullptr);
  EXPECT_EQ(decision.reason, "no rule matches x.com (default action)");
}

TEST(Decide, LetsNothingOverrideTheFloor) {
  std::vector<Rule> floor;
  floor.push_back(host_rule(block, "*.evil.test"));
  std::vector<Rule> rules;
  rules.push_back(host_rule(allow, "a.evil.test"));
  const Policy policy = Policy::create(std::move(floor), std::move(rules), {allow}).value();
  EXPECT_EQ(decide_url(policy, "https://a.evil.test/").action, block);
  EXPECT_EQ(policy.floor().size(), 1U);
  EXPECT_EQ(policy.rules().size(), 1U);
}

TEST(Decide, HasNoFloorThatAllows) {
  std::vector<Rule> floor;
  floor.push_back(host_rule(allow, "x.com"));
  EXPECT_FALSE(Policy::create(std::move(floor), {}, {}));
}

TEST(Decide, NeedsAllConditions) {
  const Policy policy = policy_of({rule_of(
      {.action = allow,
       .host = PatternSpec{"x.com"},
       .path = PatternSpec{"/v1/**"},
       .methods = {"GET", "HEAD"},
       .schemes = {"https"},
       .ports = {443}})});
  EXPECT_EQ(decide_url(policy, "https://x.com/v1/a").action, allow);
  EXPECT_EQ(decide_url(policy, "https://x.com/v1/a", "HEAD").action, allow);
  EXPECT_EQ(decide_url(policy, "https://y.com/v1/a").action, block);
  EXPECT_EQ(decide_url(policy, "https://x.com/v2/a").action, block);
  EXPECT_EQ(decide_url(policy, "https://x.com/v1/a", "POST").action, block);
  EXPECT_EQ(decide_url(policy, "https://x.com:8443/v1/a").action, block);
  EXPECT_EQ(decide_url(policy, "http://x.com:443/v1/a").action, block);
}

TEST(Decide, IsNotEvadedBySpelling) {
  const Policy policy =
      policy_of({rule_of({.host = PatternSpec{"x.com"}, .path = PatternSpec{"/admin/**"}})}, allow);
  for (const auto* url :
       {"https://x.com/admin", "https://X.COM/admin/", "https://x.com./admin/a",
        "https://x.com/./admin", "https://x.com/%61dmin", "https://x.com/a/../admin",
        "https://x.com/a/%2e%2e/admin/x", "https://x.com//admin", "https://x.com///admin//x",
        "https://x.com/admin%2Fx", "https://x.com/admin%5Cx", "https://x.com/%5cadmin/x",
        "https://x.com/admin;a/x", "https://x.com/;/admin/x", "https://x.com/;a=b/admin",
        "https://x.com/%2fadmin/x", "https://x.com/%2F%2fadmin", "https://ｘ.com/admin"}) {
    EXPECT_EQ(decide_url(policy, url).action, block) << url;
  }
}

TEST(Decide, AllowsPathsOnlyAsTheyAreSent) {
  const Policy policy = policy_of({rule_of({.action = allow, .path = PatternSpec{"/public/**"}})});
  EXPECT_EQ(decide_url(policy, "https://x.com/public//a").action, allow);
  EXPECT_EQ(decide_url(policy, "https://x.com//public/a").action, block);
  EXPECT_EQ(decide_url(policy, "https://x.com/;/public/a").action, block);
}

TEST(Decide, AllowsNoFoldedPath) {
  const Policy policy = policy_of(
      {rule_of({.action = allow, .host = PatternSpec{"x.com"}, .path = PatternSpec{"/a/b"}})},
      block);
  EXPECT_EQ(decide_url(policy, "https://x.com/a/b").action, allow);
  EXPECT_EQ(decide_url(policy, "https://x.com/a%2Fb").action, block);
  EXPECT_EQ(decide_url(policy, "https://x.com/a//b").action, block);
}

TEST(Decide, SeesMergedSlashesInUrlsToo) {
  const Policy policy = policy_of({rule_of({.url = PatternSpec{"https://x.com/admin/**"}})}, allow);
  EXPECT_EQ(decide_url(policy, "https://x.com//admin?a=1").action, block);
}

TEST(Decide, IsNotEvadedByWhatLenientServersForgive) {
  const std::vector<RuleSpec> specs{
      {.path = PatternSpec{"/Admin/delete"}},
      {.path = PatternSpec{"/admin/delete", PatternType::exact}},
      {.path = PatternSpec{"/admin/Delete/"}},
      {.path = PatternSpec{"^/Admin/delete$"}},
      {.url = PatternSpec{"https://x.com/admin/Delete"}},
      {.url = PatternSpec{"*/admin/delete"}}};
  for (const auto& spec : specs) {
    const Policy policy = policy_of({rule_of(spec)}, allow);
    for (const auto* url :
         {"https://x.com/Admin/Delete", "https://x.com/admin/delete/",
          "https://x.com/ADMIN/delete.", "https://x.com/admin/delete%20",
          "https://x.com/admin/delete%0A", "https://x.com/admin./delete",
          "https://x.com/%2561dmin/delete", "https://x.com/admin/delete%3Bx",
          "https://x.com/a/%252e%252e/admin/delete", "https://x.com/%09/admin/delete"}) {
      EXPECT_EQ(decide_url(policy, url).action, block) << url << conditions_of(spec);
    }
    EXPECT_EQ(decide_url(policy, "https://x.com/admin").action, allow) << conditions_of(spec);
    EXPECT_EQ(decide_url(policy, "https://x.com/admin/deletes").action, allow)
        << conditions_of(spec);
  }
}

TEST(Decide, AsksAboutWhatLenientServersForgiveToo) {
  const Policy policy = policy_of({rule_of({.action = ask, .path = PatternSpec{"/admin"}})}, allow);
  EXPECT_EQ(decide_url(policy, "https://x.com/Admin/").action, ask);
}

TEST(Decide, LooksAtTheMethodInEveryReading) {
  const Policy policy =
      policy_of({rule_of({.path = PatternSpec{"/item"}, .methods = {"DELETE"}})}, allow);
  EXPECT_EQ(decide_url(policy, "https://x.com/Item/", "DELETE").action, block);
  EXPECT_EQ(decide_url(policy, "https://x.com/Item/", "GET").action, allow);
}

TEST(Decide, LetsNoLooseReadingAllow) {
  const Policy policy = policy_of(
      {rule_of({.action = allow, .host = PatternSpec{"x.com"}, .path = PatternSpec{"/a/b"}})});
  for (const auto* url :
       {"https://x.com/A/b", "https://x.com/a/b/", "https://x.com/a/b.", "https://x.com/%2561/b"})
    EXPECT_EQ(decide_url(policy, url).action, block) << url;
}

TEST(Decide, LetsARuleThatAllowsFirstHaveItsOwnCase) {
  const Policy policy = policy_of(
      {rule_of({.action = allow, .path = PatternSpec{"/Docs"}}),
       rule_of({.action = block, .path = PatternSpec{"/docs"}})},
      allow);
  EXPECT_EQ(decide_url(policy, "https://x.com/Docs").action, allow);
  EXPECT_EQ(decide_url(policy, "https://x.com/DOCS").action, block);
}

TEST(Decide, KeepsTheOrderAcrossTheIndex) {
  // Each rule lies in another part of the index.
  const Policy policy = policy_of(
      {rule_of({.action = ask, .host = PatternSpec{"^a\\."}}), host_rule(allow, "*.x.com"),
       rule_of({.action = block, .url = PatternSpec{"*/secret"}}), host_rule(block, "b.x.com"),
       rule_of({.action = allow, .host = PatternSpec{"{c,d}.y.com", PatternType::glob}}),
       host_rule(block, "*.y.com")});
  EXPECT_EQ(decide_url(policy, "https://a.x.com/").action, ask);
  EXPECT_EQ(decide_url(policy, "https://b.x.com/secret").action, allow);
  EXPECT_EQ(decide_url(policy, "https://z.test/secret").action, block);
  EXPECT_EQ(decide_url(policy, "https://d.y.com/").action, allow);
  EXPECT_EQ(decide_url(policy, "https://e.y.com/").action, block);
}

TEST(DecideConnection, WantsThePortOfRawTcp) {
  const Policy policy = policy_of(
      {rule_of({.action = allow, .host = PatternSpec{"git.test"}, .ports = {22}}),
       host_rule(allow, "*.test")});
  const auto raw = [&](std::string_view host, std::uint16_t port) {
    return decide_connection(policy, host, port, ConnectionKind::raw_tcp).action;
  };
  EXPECT_EQ(raw("git.test", 22), allow);
  EXPECT_EQ(raw("git.test", 23), block);
  EXPECT_EQ(raw("web.test", 443), block);
  EXPECT_EQ(decide_connection(policy, "web.test", 443, ConnectionKind::tunnel).action, allow);
}

TEST(DecideConnection, SaysWhatRawTcpToAnAllowedHostLacks) {
  const Policy policy = policy_of({host_rule(allow, "a.test")}, block);
  const auto reason = [&](std::string_view host) {
    return decide_connection(policy, host, 22, ConnectionKind::raw_tcp).reason;
  };
  EXPECT_EQ(
      reason("a.test"), "this is neither HTTP nor TLS, and no rule allows a.test by its port 22");
  EXPECT_EQ(reason("b.test"), "no rule matches b.test (default action)");
}

TEST(DecideConnection, BlocksAndAsksWithoutAPort) {
  const Policy policy = policy_of({host_rule(block, "a.test"), host_rule(ask, "b.test")}, allow);
  const auto raw = [&](std::string_view host) {
    return decide_connection(policy, host, 22, ConnectionKind::raw_tcp).action;
  };
  EXPECT_EQ(raw("a.test"), block);
  EXPECT_EQ(raw("b.test"), ask);
  EXPECT_EQ(raw("c.test"), allow);
}

TEST(DecideConnection, IsNotAllowedButBlockedByARuleThatNeedsToSeeInside) {
  const auto spec = [](Action action) {
    return RuleSpec{
        .action = action, .host = PatternSpec{"x.com"}, .path = PatternSpec{"/a"}, .ports = {443}};
  };
  for (const auto kind : {ConnectionKind::tunnel, ConnectionKind::raw_tcp}) {
    EXPECT_EQ(
        decide_connection(policy_of({rule_of(spec(allow))}, block), "x.com", 443, kind).action,
        block);
    EXPECT_EQ(
        decide_connection(policy_of({rule_of(spec(block))}, allow), "x.com", 443, kind).action,
        block);
    EXPECT_EQ(
        decide_connection(policy_of({rule_of(spec(block))}, allow), "x.com", 444, kind).action,
        allow);
  }
}

TEST(DecideConnection, IsBlockedRawByARuleAboutASchemeItMayHide) {
  const Policy policy = policy_of(
      {rule_of({.action = block, .host = PatternSpec{"x.com"}, .schemes = {"https"}}),
       rule_of({.action = allow, .host = PatternSpec{"x.com"}, .ports = {443}})});
  EXPECT_EQ(decide_connection(policy, "x.com", 443, ConnectionKind::raw_tcp).action, block);
}

TEST(DecideConnection, TakesATunnelForHttps) {
  const Policy policy =
      policy_of({rule_of({.action = allow, .host = PatternSpec{"x.com"}, .schemes = {"https"}})});
  EXPECT_EQ(decide_connection(policy, "x.com", 443, ConnectionKind::tunnel).action, allow);
  EXPECT_EQ(decide_connection(policy, "x.com", 443, ConnectionKind::raw_tcp).action, block);
}

TEST(CouldAllow, LooksForAnyRequestThatPasses) {
  const Policy policy = policy_of(
      {rule_of({.action = block, .host = PatternSpec{"half.test"}, .path = PatternSpec{"/a"}}),
       rule_of({.action = block, .host = PatternSpec{"port.test"}, .ports = {80}}),
       host_rule(block, "no.test"), host_rule(allow, "*.test"),
       rule_of({.action = ask, .url = PatternSpec{"https://url.example/v1/**"}})});
  EXPECT_TRUE(could_allow(policy, "half.test"));
  EXPECT_TRUE(could_allow(policy, "port.test"));
  EXPECT_FALSE(could_allow(policy, "port.test", 80));
  EXPECT_TRUE(could_allow(policy, "port.test", 443));
  EXPECT_FALSE(could_allow(policy, "no.test"));
  EXPECT_TRUE(could_allow(policy, "url.example"));
  EXPECT_FALSE(could_allow(policy, "other.example"));
  EXPECT_TRUE(could_allow(policy_of({}, ask), "any.test"));
}

TEST(Passthrough, IsDecidedByTheFirstRuleAboutTheConnection) {
  const Policy policy = policy_of(
      {host_rule(allow, "open.bank.test"), rule_of(
                                               {.action = allow,
                                                .host = PatternSpec{"*.bank.test"},
                                                .ports = {443},
                                                .tls = Tls::passthrough})});
  EXPECT_FALSE(passthrough(policy, "open.bank.test", 443));
  EXPECT_TRUE(passthrough(policy, "my.bank.test", 443));
  EXPECT_FALSE(passthrough(policy, "my.bank.test", 8443));
  EXPECT_FALSE(passthrough(policy, "x.com", 443));
}

TEST(PrivateAllowed, IsForTheHostAndPortOfARule) {
  const Policy policy = policy_of(
      {host_rule(allow, "*"), rule_of(
                                  {.action = allow,
                                   .host = PatternSpec{"db.internal"},
                                   .ports = {5432},
                                   .allow_private = true})});
  EXPECT_TRUE(private_allowed(policy, "db.internal", 5432));
  EXPECT_FALSE(private_allowed(policy, "db.internal", 80));
  EXPECT_FALSE(private_allowed(policy, "x.internal", 5432));
}

}  // namespace
}  // namespace policy
