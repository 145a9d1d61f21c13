// SPDX-License-Identifier: Apache-2.0
#include "config/source_keys.h"

#include <gtest/gtest.h>

#include "config/check.h"
#include "config/config.h"
#include "config/merge.h"
#include "config/toml.h"

namespace {

using namespace config;

/// The source of a credential, read with these keys; what is wrong goes to `mistakes`.
std::optional<secrets::Source> source(std::string_view keys, std::string& mistakes) {
  Problems problems;
  Table effective = defaults();
  const auto text =
      "[proxy.credentials.x]\nenabled = true\nhost = \"x.test\"\n"
      "header = \"X-Key\"\n[proxy.credentials.x.source]\n" +
      std::string(keys);
  merge(effective, check(*parse_toml(text, "c.toml"), problems));
  auto config = config_of(effective, "/home/u", problems);
  for (const auto& problem : problems)
    mistakes += problem.to_string() + "\n";
  if (!config) return std::nullopt;
  return std::move(config->credentials[0].source);
}

std::string mistakes_in_source(std::string_view keys) {
  std::string mistakes;
  source(keys, mistakes);
  return mistakes;
}

secrets::Source good(std::string_view keys) {
  std::string mistakes;
  auto made = source(keys, mistakes);
  EXPECT_EQ(mistakes, "") << keys;
  return made ? *std::move(made) : secrets::Source();
}

TEST(SourceKeys, AreReadIntoASource) {
  EXPECT_EQ(good("secret = \"npm\"").secret, "npm");
  EXPECT_EQ(good("op = \"op://v/i/f\"").op, "op://v/i/f");
  EXPECT_EQ(good("pass = \"web/key\"").pass, "web/key");
  const auto file = good("file = \"~/c.json\"\njson = \"a.0\"");
  EXPECT_EQ(file.file, "/home/u/c.json");
  EXPECT_EQ(file.json, "a.0");
  EXPECT_EQ(good("file = \"~/.env\"\nenv_file_key = \"KEY\"").env_file_key, "KEY");
}

TEST(SourceKeys, TakeACommandForTheShellOrWithoutOne) {
  EXPECT_EQ(good("command = \"gh auth token\"").command, "gh auth token");
  const auto program = good("command = [\"gh\", \"auth\", \"token\"]").program;
  EXPECT_EQ(program, (std::vector<std::string>{"gh", "auth", "token"}));
  EXPECT_EQ(
      mistakes_in_source("command = 1"),
      "c.toml:6:11: proxy.credentials.x.source.command: expected a string or a list of strings, "
      "found an integer\n"
      "c.toml:5:1: proxy.credentials.x.source: no source; set value, env, file, command, secret, "
      "keyring, op or pass\n");
}

TEST(SourceKeys, ReadTheAttributesOfAKeyringsItem) {
  const auto keyring = good("keyring = [\"service=gh:github.com\", \"username=\"]").keyring;
  const std::map<std::string, std::string, std::less<>> expected{
      {"service", "gh:github.com"}, {"username", ""}};
  EXPECT_EQ(keyring, expected);
  EXPECT_TRUE(
      mistakes_in_source("keyring = [\"service\", \"a=b\"]")
          .starts_with("c.toml:6:11: proxy.credentials.x.source.keyring: write the item's"));
}

TEST(SourceKeys, RefuseAReferenceInTheWrongPlace) {
  EXPECT_EQ(
      mistakes_in_source("value = \"op://v/i/f\""),
      "c.toml:6:9: proxy.credentials.x.source.value: this is a reference: use `op`\n");
  EXPECT_EQ(
      mistakes_in_source("value = \"pass://s/i/f\""),
      "c.toml:6:9: proxy.credentials.x.source.value: this is a reference: use `pass`\n");
}

TEST(SourceKeys, RefuseAReferenceOfTheWrongForm) {
  EXPECT_EQ(
      mistakes_in_source("op = \"vault/item\""),
      "c.toml:6:6: proxy.credentials.x.source.op: write the reference as op://vault/item/field\n");
  EXPECT_EQ(
      mistakes_in_source("secret = \"a b\""),
      "c.toml:6:10: proxy.credentials.x.source.secret: a name has only letters, digits, '-', '_' "
      "and '.'\n");
}

TEST(SourceKeys, RefuseAPartOfSomethingWithoutParts) {
  EXPECT_EQ(
      mistakes_in_source("env = \"X\"\njson = \"a\""),
      "c.toml:7:8: proxy.credentials.x.source.json: it names a part of a file, a command's output "
      "or a keyring's item: set one\n");
  EXPECT_EQ(
      mistakes_in_source("command = \"x\"\nenv_file_key = \"A\""),
      "c.toml:7:16: proxy.credentials.x.source.env_file_key: it names a variable of a file: set "
      "`file`\n");
  EXPECT_EQ(
      mistakes_in_source("file = \"x\"\nenv_file_key = \"A\"\njson = \"a\""),
      "c.toml:8:8: proxy.credentials.x.source.json: env_file_key is set too; keep one of the "
      "two\n");
}

TEST(SourceKeys, SayWhenToAskAgain) {
  EXPECT_EQ(good("command = \"x\"\nrefresh = \"55m\"").max_age, std::chrono::minutes(55));
  EXPECT_TRUE(good("command = \"x\"\nrefresh = \"on-demand\"").on_demand);
  EXPECT_EQ(
      mistakes_in_source("command = \"x\"\nrefresh = \"often\""),
      "c.toml:7:11: proxy.credentials.x.source.refresh: write a time such as \"55m\", or "
      "\"on-demand\"\n");
  EXPECT_EQ(
      mistakes_in_source("command = \"x\"\nrefresh = \"1s\""),
      "c.toml:7:11: proxy.credentials.x.source.refresh: it must be at least 10s\n");
}

}  // namespace
