// SPDX-License-Identifier: Apache-2.0
#include "config/redaction.h"

#include <gtest/gtest.h>

#include "config/check.h"
#include "config/merge.h"
#include "config/toml.h"

namespace config {
namespace {

struct ReadRedaction {
  Redaction redaction;
  Problems problems;
};

ReadRedaction read_redaction(std::string_view text) {
  ReadRedaction out;
  Table effective = defaults();
  merge(effective, check(parse_toml(text, "c.toml").value(), out.problems));
  out.redaction = redaction_of(effective, "/home/u", out.problems);
  return out;
}

std::string problem_in(std::string_view text) {
  const auto problems = read_redaction("[proxy.redaction]\n" + std::string(text)).problems;
  return problems.size() == 1 ? problems[0].to_string() : "";
}

TEST(Redaction, ReadsRulesWithTheirActionsAndPlaces) {
  const auto [redaction, problems] = read_redaction(
      "[proxy.redaction]\ndefault_action = \"redact\"\n[[proxy.redaction.rules]]\nname = \"key\"\n"
      "source.env = \"K\"\n[[proxy.redaction.rules]]\naction = \"log\"\npattern = \"a+\"\n"
      "[[proxy.redaction.rules]]\nsource.env_file_key = \"DB\"\n");
  EXPECT_TRUE(problems.empty());
  const auto& rules = redaction.settings.rules;
  ASSERT_EQ(rules.size(), 3U);
  EXPECT_EQ(rules[0].name, "key");
  EXPECT_EQ(rules[0].action, redact::Action::redact);
  EXPECT_EQ(rules[0].source.env, "K");
  EXPECT_EQ(rules[0].origin.line, 3);
  EXPECT_EQ(rules[1].name, "rule-2");
  EXPECT_EQ(rules[1].action, redact::Action::log);
  EXPECT_EQ(rules[1].pattern, "a+");
  EXPECT_EQ(rules[2].source.env_file_key, "DB");
  EXPECT_EQ(redaction.max_scan_bytes, 10485760U);
}

TEST(Redaction, BlocksUnlessALayerSaysOtherwise) {
  EXPECT_EQ(read_redaction("").redaction.settings.detectors_action, redact::Action::block);
}

TEST(Redaction, TellsWhereAPatternIsWrong) {
  EXPECT_TRUE(
      problem_in("[[proxy.redaction.rules]]\npattern = \"(\"").starts_with("c.toml:3:11: "));
}

TEST(Redaction, WantsASourceOrAPattern) {
  EXPECT_TRUE(problem_in("[[proxy.redaction.rules]]\nname = \"a\"").contains("neither"));
  EXPECT_TRUE(problem_in("[[proxy.redaction.rules]]\npattern = \"a\"\nsource.env = \"K\"")
                  .contains("a source and a pattern"));
  EXPECT_TRUE(problem_in("[[proxy.redaction.rules]]\nsource = {}").contains("no source"));
}

TEST(Redaction, WantsANameThatCanBeWrittenAnywhere) {
  EXPECT_TRUE(problem_in("[[proxy.redaction.rules]]\nname = \"a\\nb\"\npattern = \"a\"")
                  .contains("printable"));
}

TEST(Redaction, KnowsTheDetectors) {
  EXPECT_EQ(problem_in("detectors = [\"default\", \"-jwt\"]"), "");
  EXPECT_TRUE(problem_in("detectors = [\"jwts\"]").contains("did you mean \"jwt\"?"));
}

}  // namespace
}  // namespace config
