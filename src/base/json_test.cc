// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <cstdint>

#include "base/text.h"

namespace base {
namespace {

using namespace std::string_view_literals;

/// Of a code point that is not ASCII.
std::string utf8_of(std::uint32_t rune) {
  const auto lead = [&](unsigned mark, unsigned shift) {
    return static_cast<char>(mark | (rune >> shift));
  };
  const auto rest = [&](unsigned shift) {
    return static_cast<char>(0x80U | ((rune >> shift) & 0x3FU));
  };
  if (rune < 0x800) return {lead(0xC0, 6), rest(0)};
  if (rune < 0x10000) return {lead(0xE0, 12), rest(6), rest(0)};
  return {lead(0xF0, 18), rest(12), rest(6), rest(0)};
}

TEST(JsonString, IsQuoted) {
  EXPECT_EQ(to_json_string(""), R"("")");
  EXPECT_EQ(to_json_string("plain text/1"), R"("plain text/1")");
  EXPECT_EQ(to_json_string("日本 😀"), R"("日本 😀")");
}

TEST(JsonString, EscapesWhatJsonReserves) {
  EXPECT_EQ(to_json_string(R"(a"b\c)"), R"("a\"b\\c")");
  EXPECT_EQ(to_json_string("\n\r\t"), R"("\n\r\t")");
  EXPECT_EQ(to_json_string("\0\x1B\x7F"sv), R"("\u0000\u001b\u007f")");
}

TEST(JsonString, ReplacesInvalidUtf8) {
  EXPECT_EQ(to_json_string("a\xFFz"), "\"a\uFFFDz\"");
  EXPECT_EQ(to_json_string("\xED\xA0\x80"), "\"\uFFFD\uFFFD\uFFFD\"");
}

TEST(JsonString, HasNoLineEndOfAnyKind) {
  EXPECT_EQ(to_json_string("a\u2028b\u2029c\n"), R"("a\u2028b\u2029c\n")");
  EXPECT_EQ(to_json_string("\u2026\u2027"), "\"\u2026\u2027\"");
}

TEST(JsonString, HasNoControlOfATerminalAndNoneOfTheDirectionOfText) {
  EXPECT_EQ(to_json_string("a\u009B31m"), R"("a\u009b31m")");
  EXPECT_EQ(to_json_string("\u202Etxt\u2066x\u061C"), R"("\u202etxt\u2066x\u061c")");
  EXPECT_EQ(to_json_string("\U000E0041"), R"("\udb40\udc41")");
}

TEST(JsonString, EscapesEveryCharacterThatATerminalIsNotShown) {
  for (std::uint32_t rune = 0x80; rune < 0x110000; ++rune) {
    if (rune >= 0xD800 && rune < 0xE000) continue;
    const std::string text = utf8_of(rune);
    const bool is_escaped = to_json_string(text) != '"' + text + '"';
    ASSERT_EQ(is_escaped, escape_for_terminal(text) != text) << std::hex << rune;
  }
}

TEST(JsonString, IsAppended) {
  std::string out = "{\"key\":";
  append_json_string(out, "value");
  EXPECT_EQ(out, R"({"key":"value")");
}

TEST(JsonString, IsReadBackByAParser) {
  std::string every_byte;
  for (int i = 0; i < 256; ++i)
    every_byte += static_cast<char>(i);
  for (const std::string& text :
       {every_byte, std::string("\u2028\"\\\0", 6), std::string("\U000E0041\u009B\uFEFF")})
    EXPECT_EQ(boost::json::parse(to_json_string(text)).as_string(), to_utf8(text));
}

}  // namespace
}  // namespace base
