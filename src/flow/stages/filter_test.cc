// SPDX-License-Identifier: Apache-2.0
#include "flow/stages/filter.h"

#include <gtest/gtest.h>

#include "flow/test_support.h"

namespace flow {
namespace {

using enum policy::Action;
using test::host_rule;
using test::policy_of;
using test::routed;

TEST(Filter, PassesWhatARuleAllowsAndRemembersWhy) {
  const auto policy = policy_of({host_rule(allow, "*.example.com")});
  Flow flow = routed("/");
  EXPECT_TRUE(std::holds_alternative<Pass>(Filter(policy).on_request(flow)));
  EXPECT_EQ(flow.decision.rule, &policy.rules()[0]);
  EXPECT_EQ(flow.decision.reason, "matched rule: *.example.com");
}

TEST(Filter, DeniesWithTheRuleThatDecided) {
  const auto policy = policy_of({host_rule(block, "api.example.com")}, allow);
  Flow flow = routed("/");
  const Verdict verdict = Filter(policy).on_request(flow);
  const auto& deny = std::get<Deny>(verdict);
  EXPECT_EQ(deny.status, 403);
  EXPECT_EQ(deny.stage, "filter");
  EXPECT_EQ(deny.reason, "matched rule: api.example.com");
  EXPECT_EQ(deny.rule, &policy.rules()[0]);
}

TEST(Filter, DeniesByDefaultWithoutARule) {
  const auto policy = policy_of({});
  Flow flow = routed("/");
  const Verdict verdict = Filter(policy).on_request(flow);
  EXPECT_EQ(std::get<Deny>(verdict).rule, nullptr);
  EXPECT_EQ(std::get<Deny>(verdict).reason, "no rule matches api.example.com (default action)");
}

TEST(Filter, AsksWhereARuleSaysSo) {
  const auto policy = policy_of({host_rule(ask, "api.example.com")}, allow);
  Flow flow = routed("/");
  const Verdict verdict = Filter(policy).on_request(flow);
  EXPECT_EQ(std::get<Ask>(verdict).rule, &policy.rules()[0]);
}

TEST(Filter, JudgesTheCanonicalPath) {
  std::vector<policy::Rule> rules;
  rules.push_back(
      policy::compile({.action = block, .path = policy::PatternSpec{"/admin/**"}}).value());
  const auto policy = policy_of(std::move(rules), allow);
  for (const auto* target :
       {"/admin/x", "/%61dmin/x", "/a/../admin/x", "/./admin/x", "//admin/x"}) {
    Flow flow = routed(target);
    EXPECT_TRUE(std::holds_alternative<Deny>(Filter(policy).on_request(flow))) << target;
  }
}

policy::Rule rule_about(
    policy::Action action, std::vector<std::string> methods, std::optional<std::string> path = {}) {
  policy::RuleSpec spec{
      .action = action,
      .host = policy::PatternSpec{"api.example.com"},
      .methods = std::move(methods)};
  if (path) spec.path = policy::PatternSpec{*path};
  return policy::compile(std::move(spec)).value();
}

/// What the rules say to a request with one field more; its reason when it is refused, else empty.
std::string refusal_of(
    const policy::Policy& policy, std::string method, std::string target, http::Field field) {
  Flow flow = routed(std::move(target), {{"Host", "api.example.com"}, std::move(field)});
  flow.request.method = std::move(method);
  const Verdict verdict = Filter(policy).on_request(flow);
  const auto* deny = std::get_if<Deny>(&verdict);
  return deny == nullptr ? "" : deny->reason;
}

TEST(Filter, IsNotEvadedByAnOverride) {
  const auto policy = policy_of(
      {rule_about(block, {"DELETE"}), rule_about(block, {}, "/admin"),
       host_rule(allow, "api.example.com")});
  EXPECT_EQ(
      refusal_of(policy, "POST", "/item", {"X-HTTP-Method-Override", "DELETE"}),
      "matched rule: host api.example.com, methods DELETE (by the field X-HTTP-Method-Override: "
      "DELETE /item)");
  EXPECT_NE(refusal_of(policy, "POST", "/item?_method=delete", {"X-A", "b"}), "");
  EXPECT_NE(refusal_of(policy, "GET", "/ok", {"X-Original-URL", "/Admin/"}), "");
  EXPECT_EQ(refusal_of(policy, "POST", "/item", {"X-HTTP-Method-Override", "GET"}), "");
  EXPECT_EQ(refusal_of(policy, "GET", "/ok", {"X-Original-URL", "/fine"}), "");
}

TEST(Filter, AllowsAnOverrideThatIsAllowedItself) {
  const auto get_only = policy_of({rule_about(allow, {"GET"}, "/v1/**")});
  EXPECT_EQ(
      refusal_of(get_only, "GET", "/v1/x", {"X-HTTP-Method-Override", "DELETE"}),
      "no rule matches api.example.com (default action) (by the field X-HTTP-Method-Override: "
      "DELETE /v1/x)");
  EXPECT_NE(refusal_of(get_only, "POST", "/v1/x", {"X-HTTP-Method-Override", "GET"}), "");
  EXPECT_NE(refusal_of(get_only, "GET", "/v1/x", {"X-Rewrite-URL", "/v2/x"}), "");
  EXPECT_EQ(refusal_of(get_only, "GET", "/v1/x", {"X-Rewrite-URL", "/v1/y"}), "");
  const auto both = policy_of({rule_about(allow, {"GET"}), rule_about(allow, {"POST"})});
  EXPECT_EQ(refusal_of(both, "POST", "/v1/x", {"X-HTTP-Method-Override", "GET"}), "");
}

TEST(Filter, RemembersAnOverrideThatCannotBeRead) {
  const auto policy = policy_of({}, allow);
  Flow flow = routed("/", {{"Host", "api.example.com"}, {"X-HTTP-Method", "TRACE"}});
  EXPECT_TRUE(std::holds_alternative<Deny>(Filter(policy).on_request(flow)));
  EXPECT_EQ(
      flow.decision.reason, "the field X-HTTP-Method asks for a method that is never let through");
}

TEST(Filter, AsksAboutAnOverride) {
  const auto policy = policy_of({rule_about(ask, {"DELETE"})}, allow);
  Flow flow = routed("/", {{"Host", "api.example.com"}, {"X-HTTP-Method", "DELETE"}});
  EXPECT_TRUE(std::holds_alternative<Ask>(Filter(policy).on_request(flow)));
}

TEST(Filter, TakesTheRuleOfAnOverrideThatWantsMore) {
  auto brokered = rule_about(allow, {"DELETE"}).spec();
  brokered.brokered = true;
  const auto policy =
      policy_of({policy::compile(std::move(brokered)).value(), rule_about(allow, {"GET"})});
  Flow flow = routed("/", {{"Host", "api.example.com"}, {"X-HTTP-Method", "DELETE"}});
  EXPECT_TRUE(std::holds_alternative<Pass>(Filter(policy).on_request(flow)));
  EXPECT_EQ(flow.decision.rule, &policy.rules()[0]);
}

TEST(Filter, JudgesAnOverrideOnceMore) {
  const auto policy = policy_of({rule_about(block, {"DELETE"})}, allow);
  const Flow flow = routed("/", {{"Host", "api.example.com"}, {"X-HTTP-Method", "DELETE"}});
  EXPECT_TRUE(std::holds_alternative<Deny>(Filter(policy).recheck(flow, {})));
}

}  // namespace
}  // namespace flow
