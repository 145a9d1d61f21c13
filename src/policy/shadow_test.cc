// SPDX-License-Identifier: Apache-2.0
#include "policy/shadow.h"

#include <gtest/gtest.h>

namespace policy {
namespace {

RuleSpec allowed(std::string_view host) {
  return {.action = Action::allow, .host = PatternSpec{std::string(host)}};
}

RuleSpec brokered(std::string_view host) {
  auto spec = allowed(host);
  spec.brokered = true;
  return spec;
}

/// "what says more, by what comes before it", for each that is shadowed.
std::string shadowed(std::initializer_list<RuleSpec> specs) {
  std::vector<Rule> rules;
  for (const auto& spec : specs)
    rules.push_back(compile(spec).value());
  const auto policy = Policy::create({}, std::move(rules), {}).value();
  std::string out;
  for (const auto& [rule, by] : shadowed_rules(policy))
    out += rule->host()->text() + " by " + by->host()->text() + ";";
  return out;
}

TEST(ShadowedRules, ComeBehindOneForTheSameHost) {
  EXPECT_EQ(shadowed({allowed("api.test"), brokered("api.test")}), "api.test by api.test;");
  EXPECT_EQ(shadowed({allowed("*.test"), brokered("*.test")}), "*.test by *.test;");
}

TEST(ShadowedRules, ComeBehindAGlobThatHasTheirHost) {
  EXPECT_EQ(shadowed({allowed("*.test"), brokered("api.test")}), "api.test by *.test;");
}

TEST(ShadowedRules, AreNotThoseThatCanMatchFirst) {
  EXPECT_EQ(shadowed({brokered("api.test"), allowed("api.test")}), "");
  EXPECT_EQ(shadowed({allowed("other.test"), brokered("api.test")}), "");
  EXPECT_EQ(shadowed({allowed("api.test"), brokered("*.test")}), "");
}

TEST(ShadowedRules, AreNotBehindARuleWithOtherConditions) {
  auto some = allowed("api.test");
  some.methods = {"GET"};
  EXPECT_EQ(shadowed({some, brokered("api.test")}), "");
}

TEST(ShadowedRules, SayMoreThanWhetherARequestMayGo) {
  EXPECT_EQ(shadowed({allowed("api.test"), allowed("api.test")}), "");
  auto headers = allowed("api.test");
  headers.scrub = Scrub::headers;
  EXPECT_EQ(shadowed({allowed("api.test"), headers}), "api.test by api.test;");
}

}  // namespace
}  // namespace policy
