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

}  // namespace
}  // namespace flow
