// SPDX-License-Identifier: Apache-2.0
#include "config/merge.h"

#include <gtest/gtest.h>

#include "config/check.h"
#include "config/toml.h"

namespace {

using namespace config;

/// The value at `path` after the layers were laid over the defaults, in TOML.
std::string merged(std::initializer_list<std::string_view> layers, std::string_view path) {
  Table base = defaults();
  Problems problems;
  for (const auto layer : layers)
    merge(base, check(*parse_toml(layer, "c.toml"), problems));
  EXPECT_TRUE(problems.empty()) << problems.front().to_string();
  const Value* value = find_path(base, path);
  return value == nullptr ? "" : toml_inline(*value);
}

TEST(Merge, TakesAScalarFromTheHighestLayerThatSetsIt) {
  EXPECT_EQ(merged({"proxy.port = 1", "proxy.port = 2"}, "proxy.port"), "2");
  EXPECT_EQ(merged({"proxy.mitm = false", "proxy.port = 2"}, "proxy.mitm"), "false");
  EXPECT_EQ(merged({}, "proxy.port"), "8080");
}

TEST(Merge, PutsRulesOfTheHigherLayerFirst) {
  EXPECT_EQ(
      merged(
          {"[[proxy.log_skip.rules]]\npattern = \"low\"",
           "[[proxy.log_skip.rules]]\npattern = \"high\""},
          "proxy.log_skip.rules"),
      "[{ pattern = \"high\" }, { pattern = \"low\" }]");
}

TEST(Merge, MergesTablesKeyByKey) {
  EXPECT_EQ(
      merged(
          {"[proxy.credentials.a]\nhost = \"x\"\nheader = \"A\"",
           "[proxy.credentials.a]\nhost = \"y\""},
          "proxy.credentials.a"),
      "{ host = \"y\", header = \"A\" }");
}

TEST(Merge, ReplacesASourceAsAWhole) {
  EXPECT_EQ(
      merged(
          {"[proxy.credentials.a.source]\nvalue = \"v\"",
           "[proxy.credentials.a.source]\nenv = \"E\""},
          "proxy.credentials.a.source"),
      "{ env = \"E\" }");
}

TEST(Merge, NeverSwitchesRedactionOffAgain) {
  EXPECT_EQ(
      merged(
          {"proxy.redaction.enabled = true", "proxy.redaction.enabled = false"},
          "proxy.redaction.enabled"),
      "true");
}

TEST(Merge, KeepsTheMostSevereRedactionAction) {
  constexpr auto action = "proxy.redaction.default_action";
  const std::string block = "proxy.redaction.default_action = \"block\"";
  const std::string log = "proxy.redaction.default_action = \"log\"";
  EXPECT_EQ(merged({block, log}, action), "\"block\"");
  EXPECT_EQ(merged({log, block}, action), "\"block\"");
  EXPECT_EQ(merged({log}, action), "\"log\"");
}

TEST(Merge, TreatsAnEmptyTextAndAZeroPortAsNotSet) {
  EXPECT_EQ(merged({"proxy.port = 9", "proxy.port = 0"}, "proxy.port"), "9");
  EXPECT_EQ(
      merged({"sandbox.base_path = \"/a\"", "sandbox.base_path = \"\""}, "sandbox.base_path"),
      "\"/a\"");
  EXPECT_EQ(merged({"proxy.max_log_body_bytes = 0"}, "proxy.max_log_body_bytes"), "0");
}

TEST(Merge, KeepsTheOriginOfEachValue) {
  Table base = defaults();
  merge(base, *parse_toml("[proxy]\nport = 1", "low.toml"));
  merge(base, *parse_toml("proxy.mitm = false", "high.toml"));
  EXPECT_EQ(find_path(base, "proxy.port")->origin.to_string(), "low.toml:2");
  EXPECT_EQ(find_path(base, "proxy.mitm")->origin.to_string(), "high.toml:1");
  EXPECT_EQ(find_path(base, "proxy.enabled")->origin.to_string(), "default");
}

}  // namespace
