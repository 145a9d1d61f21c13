// SPDX-License-Identifier: Apache-2.0
#include "policy/record_rule.h"

#include <gtest/gtest.h>

namespace policy {
namespace {

std::vector<RecordRule> rules_for(const std::string& host, std::vector<std::string> types) {
  std::vector<RecordRule> out;
  out.push_back(
      compile_record_rule(host, std::move(types), {.file = "/c.toml", .line = 3}).value());
  return out;
}

Policy policy_with(std::vector<RuleSpec> floor_specs, Action otherwise) {
  std::vector<Rule> floor;
  for (auto& spec : floor_specs)
    floor.push_back(compile(std::move(spec)).value());
  return Policy::create(std::move(floor), {}, {otherwise}).value();
}

Policy open_policy() { return policy_with({}, Action::allow); }

TEST(DecideRecords, AllowsWhatARuleNames) {
  const auto rules = rules_for("a.test", {"TXT", "MX"});
  const auto decision = decide_records(open_policy(), rules, "a.test", "MX");
  EXPECT_EQ(decision.action, Action::allow);
  EXPECT_EQ(decision.rule->spec().origin.to_string(), "/c.toml:3");
  EXPECT_EQ(decide_records(open_policy(), rules, "b.a.test", "MX").action, Action::block);
}

TEST(DecideRecords, MatchesGlobs) {
  const auto rules = rules_for("*.a.test", {"SRV"});
  EXPECT_EQ(decide_records(open_policy(), rules, "_x._tcp.a.test", "SRV").action, Action::allow);
}

TEST(DecideRecords, BlocksWithoutARuleWhateverMayBeConnectedTo) {
  const auto decision = decide_records(open_policy(), {}, "a.test", "TXT");
  EXPECT_EQ(decision.action, Action::block);
  EXPECT_EQ(decision.rule, nullptr);
}

TEST(DecideRecords, SaysHowToAllow) {
  const auto rules = rules_for("a.test", {"TXT"});
  EXPECT_EQ(
      decide_records(open_policy(), rules, "a.test", "MX").reason,
      "no rule of proxy.dns.rules has MX records of a.test; to allow: host = \"a.test\", "
      "records = [\"MX\"]");
}

TEST(DecideRecords, ObeysTheFloor) {
  const auto policy = policy_with({{.host = PatternSpec{"*.a.test"}}}, Action::allow);
  const auto rules = rules_for("*", {"TXT"});
  EXPECT_EQ(decide_records(policy, rules, "x.a.test", "TXT").action, Action::block);
  EXPECT_EQ(decide_records(policy, rules, "x.b.test", "TXT").action, Action::allow);
  EXPECT_FALSE(has_records(policy, rules, "x.a.test"));
  EXPECT_TRUE(has_records(policy, rules, "x.b.test"));
}

TEST(DecideRecords, IgnoresAFloorAboutPartsOfAHost) {
  const auto policy = policy_with(
      {{.host = PatternSpec{"a.test"}, .ports = {25}},
       {.host = PatternSpec{"a.test"}, .methods = {"POST"}}},
      Action::allow);
  EXPECT_EQ(
      decide_records(policy, rules_for("a.test", {"TXT"}), "a.test", "TXT").action, Action::allow);
}

TEST(CompileRecordRule, TakesTypesInAnyCase) {
  EXPECT_EQ(
      rules_for("a.test", {"txt", "Https"})[0].types, (std::vector<std::string>{"TXT", "HTTPS"}));
}

TEST(CompileRecordRule, RefusesOtherTypes) {
  for (const auto* type : {"A", "AAAA", "CNAME", "ANY", "TXTS", ""})
    EXPECT_FALSE(compile_record_rule("a.test", {type}, {})) << type;
  EXPECT_FALSE(compile_record_rule("a.test", {}, {}));
  EXPECT_FALSE(compile_record_rule("(", {"TXT"}, {}));
}

}  // namespace
}  // namespace policy
