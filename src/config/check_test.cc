// SPDX-License-Identifier: Apache-2.0
#include "config/check.h"

#include <gtest/gtest.h>

#include "config/merge.h"
#include "config/toml.h"

namespace {

using namespace config;

std::string mistakes_in(std::string_view text) {
  Problems problems;
  check(*parse_toml(text, "c.toml"), problems);
  std::string all;
  for (const auto& problem : problems)
    all += problem.to_string() + "\n";
  return all;
}

struct Mistake {
  std::string_view text;
  std::string_view message;
};

TEST(Check, NamesTheMistakeAndItsPlace) {
  const Mistake table[] = {
      {"[proxy]\nprot = 1", "c.toml:2:1: unknown key proxy.prot; did you mean proxy.port?\n"},
      {"[proxy.upstream]\n", "c.toml:1:8: unknown key proxy.upstream; there is upstream\n"},
      {"[poxy]\nport = 1", "c.toml:1:2: unknown key poxy; did you mean proxy?\n"},
      {"[sandbox]\ndefault_action = \"block\"",
       "c.toml:2:1: unknown key sandbox.default_action; there is proxy.filter.default_action\n"},
      {"[proxy]\nport = \"x\"", "c.toml:2:8: proxy.port: expected an integer, found a string\n"},
      {"[proxy]\nport = 70000",
       "c.toml:2:8: proxy.port: 70000 is out of range, it must be from 0 to 65535\n"},
      {"[proxy.filter]\ndefault_action = \"alow\"",
       "c.toml:2:18: proxy.filter.default_action: \"alow\" is not one of allow, block, ask; did "
       "you "
       "mean \"allow\"?\n"},
      {"[[proxy.filter.rules]]\nhost = \"a\"",
       "c.toml:1:1: proxy.filter.rules[0].action is missing\n"},
      {"[proxy]\nextra_env = [\"A\", 1]",
       "c.toml:2:19: proxy.extra_env[1]: expected a string, found an integer\n"},
      {"[proxy]\nextra_env = [\"\"]", "c.toml:2:14: proxy.extra_env[0]: must not be empty\n"},
      {"[proxy.filter.rules]\nhost = \"a\"",
       "c.toml:1:1: proxy.filter.rules: expected a list of tables, [[...]], found a table\n"},
      {"[port_forwarding]\nscan_interval = \"soon\"",
       "c.toml:2:17: port_forwarding.scan_interval: \"soon\" is not a duration such as \"2s\"\n"},
      {"[proxy]\nport = 2026-01-01",
       "c.toml:2:8: proxy.port: expected an integer, found a date or time\n"},
      {"[tools.git]\nmod = \"readonly\"",
       "c.toml:2:1: unknown key tools.git.mod; did you mean tools.git.mode?\n"},
  };
  for (const auto& [text, message] : table)
    EXPECT_EQ(mistakes_in(text), message) << text;
}

TEST(Check, FindsEveryMistakeOfAFile) {
  EXPECT_EQ(
      mistakes_in("[proxy]\nprot = 1\nport = true\n[sandbox]\nisolation = \"vm\""),
      "c.toml:2:1: unknown key proxy.prot; did you mean proxy.port?\n"
      "c.toml:3:8: proxy.port: expected an integer, found a boolean\n"
      "c.toml:5:13: sandbox.isolation: \"vm\" is not one of auto, bwrap, docker, krun\n");
}

TEST(Check, QuotesAKeySoThatItCannotForgeOutput) {
  EXPECT_EQ(
      mistakes_in("\"a\\u001b[2Jb\\nc.toml:9:9: fine\" = 1"),
      "c.toml:1:1: unknown key \"a\\u001B[2Jb\\nc.toml:9:9: fine\"\n");
}

TEST(Check, NeverShowsASecretOfTheWrongType) {
  EXPECT_EQ(
      mistakes_in("[proxy.credentials.x.source]\nvalue = 123456"),
      "c.toml:2:9: proxy.credentials.x.source.value: expected a string, found an integer\n");
}

TEST(Check, LeavesOutWhatIsWrongAndKeepsTheRest) {
  Problems problems;
  const auto right = check(*parse_toml("[proxy]\nport = 1\nmitm = 3", "c.toml"), problems);
  EXPECT_NE(find_path(right, "proxy.port"), nullptr);
  EXPECT_EQ(find_path(right, "proxy.mitm"), nullptr);
}

TEST(Check, TakesAnyNameWhereTheSchemaHasAStar) {
  EXPECT_EQ(mistakes_in("[tools.anything]\nmount_mode = \"split\""), "");
  EXPECT_EQ(mistakes_in("[tools.git]\nmount_mode = \"split\""), "");
  EXPECT_EQ(mistakes_in("[sandbox.environment.\"A B\"]\nvalue = \"\""), "");
}

std::string unavailable_in(std::string_view text) {
  Problems problems;
  Table merged = defaults();
  merge(merged, check(*parse_toml(text, "c.toml"), problems));
  check_available(merged, problems);
  std::string all;
  for (const auto& problem : problems)
    all += problem.to_string() + "\n";
  return all;
}

TEST(CheckAvailable, RefusesAFeatureThatDoesNotExistYet) {
  EXPECT_EQ(
      unavailable_in("[port_forwarding]\nenabled = true"),
      "c.toml:2:11: port_forwarding.enabled = true is not available yet; remove it to go on "
      "without it\n");
  EXPECT_NE(unavailable_in("[sandbox]\nisolation = \"docker\""), "");
  EXPECT_NE(unavailable_in("[tools.git]\nmode = \"readwrite\""), "");
  EXPECT_NE(unavailable_in("[[logging.receivers]]\ntype = \"syslog\""), "");
  EXPECT_NE(unavailable_in("[[sandbox.mounts.rules]]\npattern=\"~/x\"\nmode=\"overlay\""), "");
}

TEST(CheckAvailable, AcceptsValuesThatLoseNothing) {
  EXPECT_EQ(
      unavailable_in("[port_forwarding]\nenabled = false\n[overlay]\ndefault = \"split\""), "");
  EXPECT_EQ(unavailable_in("[sandbox]\nisolation = \"bwrap\""), "");
  EXPECT_EQ(unavailable_in("[sandbox.docker]\nkeep_container = true"), "");
  EXPECT_EQ(unavailable_in("[tools.claude]\nmount_mode = \"disabled\""), "");
  EXPECT_EQ(unavailable_in("[logging]\nreceivers = []"), "");
}

}  // namespace
