// SPDX-License-Identifier: Apache-2.0
#include "config/command_line.h"

#include <gtest/gtest.h>

#include "config/toml.h"

namespace {

using namespace config;

std::string layer(const CommandLine& flags) {
  Problems problems;
  const auto table = layer_of(flags, problems);
  std::string text = toml_inline({table});
  for (const auto& problem : problems)
    text += "\n" + problem.to_string();
  return text;
}

TEST(CommandLine, SetsAnyKeyAsToml) {
  EXPECT_EQ(
      layer({.set = {"proxy.port=9", "proxy.filter.profile = \"open\""}}),
      R"({ proxy = { port = 9, filter = { profile = "open" } } })");
}

TEST(CommandLine, RefusesASettingThatIsNotToml) {
  EXPECT_EQ(
      layer({.set = {"proxy.filter.profile=open"}}),
      "{}\ncommand line (--set proxy.filter.profile): expected key.path=VALUE with a TOML value; a "
      "string "
      "needs its own quotes: key='\"text\"'");
}

TEST(CommandLine, ChecksSettingsByTheSchema) {
  EXPECT_NE(layer({.set = {"proxy.prot=9"}}).find("did you mean proxy.port?"), std::string::npos);
}

TEST(CommandLine, NeverRepeatsAValueThatCannotBeRead) {
  EXPECT_EQ(
      layer({.set = {"proxy.credentials.a.source.value=hush"}}).find("hush"), std::string::npos);
}

TEST(CommandLine, TurnsDomainsIntoRulesWithRefusalsFirst) {
  EXPECT_EQ(
      layer({.allow_domains = {"a.test,b.test"}, .block_domains = {"c.test"}}),
      R"({ proxy = { filter = { rules = [{ action = "block", host = "c.test" }, )"
      R"({ action = "allow", host = "a.test" }, { action = "allow", host = "b.test" }] } } })");
}

TEST(CommandLine, ReadsConnectTo) {
  EXPECT_EQ(
      layer({.connect_to = {"a.test:443:127.0.0.1:8443", "::[::1]:99"}}),
      R"({ upstream = { connect_to = [{ host = "a.test", port = 443, address = "127.0.0.1:8443" }, )"
      R"({ host = "*", address = "[::1]:99" }] } })");
  for (const auto spec : {"", "a.test", "a.test:443", "a.test:x:127.0.0.1:1", "a:1:b:2:3"}) {
    EXPECT_NE(layer({.connect_to = {spec}}).find("is not HOST:PORT:ADDR:PORT"), std::string::npos)
        << spec;
  }
}

TEST(CommandLine, AnswersBothKeysOfTheNetwork) {
  EXPECT_EQ(
      layer({.network = "host"}),
      R"({ sandbox = { network = "host" }, proxy = { enabled = false } })");
}

}  // namespace
