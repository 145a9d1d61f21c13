// SPDX-License-Identifier: Apache-2.0
#include "config/reference.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/file.h"
#include "config/check.h"
#include "config/merge.h"
#include "config/schema.h"
#include "config/show.h"
#include "config/toml.h"

namespace {

using namespace config;

Problems problems_in(const std::string& text) {
  const auto parsed = parse_toml(text, "default.toml");
  if (!parsed) return {parsed.error()};
  Problems problems;
  Table merged = defaults();
  merge(merged, check(*parsed, problems));
  return problems;
}

TEST(DefaultFile, IsValid) { EXPECT_EQ(problems_in(default_file()), Problems{}); }

TEST(DefaultFile, ChangesNothing) {
  Table merged = defaults();
  merge(merged, *parse_toml(default_file(), "default.toml"));
  Problems problems;
  check_available(merged, problems);
  EXPECT_EQ(problems, Problems{});
  EXPECT_EQ(find_path(merged, "proxy.port")->origin.file, "default");
}

TEST(DefaultFile, IsValidWithEveryKeyInUse) {
  std::string text = default_file();
  std::string used;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    auto line = text.substr(at, end - at);
    const bool code = line.starts_with("# [") || line.find(" = ") != std::string::npos;
    const bool prose = line.find(". ") != std::string::npos || line.find('`') != std::string::npos;
    if (line.starts_with("# ") && code && !prose) line = line.substr(2);
    used += line + "\n";
    at = end + 1;
  }
  EXPECT_EQ(problems_in(used), Problems{}) << used;
}

TEST(DefaultFile, TellsDefaultsFromExamples) {
  const auto text = default_file();
  EXPECT_NE(text.find("\n# mitm = true\n"), std::string::npos);
  EXPECT_NE(text.find("\n# default_action = \"allow\"  # an example\n"), std::string::npos);
  EXPECT_NE(text.find("\n# host = \"...\"\n"), std::string::npos);
}

TEST(Reference, NamesEveryKey) {
  const auto text = reference_markdown();
  for (const auto& row : rows()) {
    const auto key = row.path.substr(row.path.rfind('.') + 1);
    EXPECT_NE(text.find(key), std::string::npos) << row.path;
  }
}

TEST(Reference, IsWhatTheDocumentSays) {
  const auto document = base::read_file(LAZARET_CONFIGURATION_DOCUMENT);
  ASSERT_TRUE(document);
  EXPECT_TRUE(*document == reference_markdown())
      << "write it anew: lazaret config reference > docs/configuration.md";
}

TEST(Schema, GivesEveryKeyASectionOfItsOwn) {
  for (const auto& row : rows()) {
    const auto dot = row.path.rfind('.');
    if (dot == std::string_view::npos) continue;
    auto parent = row.path.substr(0, dot);
    if (parent.ends_with("[]")) parent.remove_suffix(2);
    const auto is_parent = [&](const Row& other) { return other.path == parent; };
    EXPECT_TRUE(std::ranges::any_of(rows(), is_parent)) << row.path;
  }
}

TEST(Schema, HasDefaultsThatPassItsOwnCheck) {
  Problems problems;
  check(defaults(), problems);
  check_available(defaults(), problems);
  EXPECT_EQ(problems, Problems{});
}

TEST(Show, NeverShowsALiteralSecret) {
  const auto table = *parse_toml(
      "[proxy.credentials.a.source]\nvalue = \"hush\"\n[sandbox.environment.E]\nvalue = \"hush\"",
      "c");
  EXPECT_EQ(to_toml(table).find("hush"), std::string::npos);
  EXPECT_EQ(to_json(table).find("hush"), std::string::npos);
  EXPECT_NE(to_json(table).find("[secret]"), std::string::npos);
}

TEST(Show, WritesTomlThatReadsBackTheSame) {
  const auto text =
      "[proxy]\nport = 1\n\n[proxy.filter]\n\n[[proxy.filter.rules]]\naction = \"allow\"\nhost = "
      "\"*.x.test\"\n";
  EXPECT_EQ(to_toml(*parse_toml(text, "c")), text);
}

TEST(Show, NamesTheOriginOfEachValue) {
  const auto table = *parse_toml("[proxy]\nport = 1", "c.toml");
  EXPECT_EQ(to_toml(table, Origins::shown), "[proxy]\nport = 1  # c.toml:2\n");
}

TEST(Show, WritesJson) {
  const auto table = *parse_toml("[proxy]\nport = 1\nextra_env = [\"A\"]\nmitm = true", "c.toml");
  EXPECT_EQ(to_json(table), R"({"proxy":{"port":1,"extra_env":["A"],"mitm":true}})");
}

}  // namespace
