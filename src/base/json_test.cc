// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "base/text.h"

namespace base {
namespace {

using namespace std::string_view_literals;

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
  EXPECT_EQ(to_json_string("\u2027\u202A"), "\"\u2027\u202A\"");
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
  for (const std::string& text : {every_byte, std::string("\u2028\"\\\0", 6)})
    EXPECT_EQ(boost::json::parse(to_json_string(text)).as_string(), to_utf8(text));
}

}  // namespace
}  // namespace base
