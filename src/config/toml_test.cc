// SPDX-License-Identifier: Apache-2.0
#include "config/toml.h"

#include <gtest/gtest.h>

namespace {

using namespace config;

TEST(Toml, KeepsTheOrderAndThePlacesOfTheFile) {
  const auto table = *parse_toml("z = 1\na = \"x\"\n", "c.toml");
  ASSERT_EQ(table.entries().size(), 2U);
  EXPECT_EQ(table.entries()[0].key, "z");
  EXPECT_EQ(table.entries()[1].origin, (base::Origin{"c.toml", 2, 1}));
  EXPECT_EQ(table.entries()[1].value.origin, (base::Origin{"c.toml", 2, 5}));
}

TEST(Toml, NamesThePlaceOfASyntaxError) {
  const auto parsed = parse_toml("a = 1\nb = [1, \n", "c.toml");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().origin.file, "c.toml");
  EXPECT_GE(parsed.error().origin.line, 2);
}

TEST(Toml, RefusesBytesThatNoTextHas) {
  using namespace std::string_view_literals;
  for (const auto text : {"a = 1\n [\0]"sv, "a = 1\n [\xAF]"sv, "a = 1\n [\x1b]"sv}) {
    const auto parsed = parse_toml(text, "c.toml");
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().origin, (base::Origin{"c.toml", 2, 3}));
  }
}

TEST(Toml, RefusesBracketsWhereAKeyBelongs) {
  for (const auto text : {"[[[a]]]", "[[=]]", "[.a]", "a. = 1", "[[", "["}) {
    EXPECT_FALSE(parse_toml(text, "c.toml")) << text;
  }
}

TEST(Toml, TakesLettersBeyondAsciiInTextOnly) {
  EXPECT_TRUE(parse_toml("a = \"\xC3\xA9 \xD2\x99\" # \xC3\xA9", "c.toml"));
  EXPECT_FALSE(parse_toml("\xC3\xA9 = 1", "c.toml"));
  EXPECT_FALSE(parse_toml("a\xD2\x99 = 1", "c.toml"));
  EXPECT_FALSE(parse_toml("a = \xC3\xA9", "c.toml"));
}

TEST(Toml, WritesStringsThatReadBackTheSame) {
  for (const std::string text : {"", "a\"b\\c", "line\nnext\ttab\r\x01\x7f", "\xC3\xA9"}) {
    const auto table = parse_toml("v = " + toml_string(text), "c");
    ASSERT_TRUE(table) << toml_string(text);
    EXPECT_EQ(*table->find("v")->as<std::string>(), text);
  }
}

TEST(Toml, QuotesKeysOnlyWhereNeeded) {
  EXPECT_EQ(toml_key("a-b_1"), "a-b_1");
  EXPECT_EQ(toml_key("a.b"), "\"a.b\"");
  EXPECT_EQ(toml_key(""), "\"\"");
}

}  // namespace
