// SPDX-License-Identifier: Apache-2.0
#include "http/utf8_checker.h"

#include <gtest/gtest.h>

#include <string>

namespace http {
namespace {

using namespace std::string_literals;

TEST(Utf8Checker, TakesTheFirstAndLastCharacterOfEachLength) {
  for (const auto& text :
       {""s, "\0"s, "\x7F"s, "\xC2\x80"s, "\xDF\xBF"s, "\xE0\xA0\x80"s, "\xED\x9F\xBF"s,
        "\xEE\x80\x80"s, "\xEF\xBF\xBF"s, "\xF0\x90\x80\x80"s, "\xF4\x8F\xBF\xBF"s,
        "plain text, then \xC3\xA4 and more of it"s})
    EXPECT_TRUE(is_utf8(text)) << text;
}

TEST(Utf8Checker, FindsTheFirstByteThatCannotStandThere) {
  const struct {
    std::string text;
    std::size_t good;
  } cases[] = {
      {"ab\x80", 2},            // a continuation of nothing
      {"\xC0\x80", 0},          // longer than needed
      {"\xC1\xBF", 0},          //
      {"\xE0\x9F\xBF", 1},      //
      {"\xF0\x8F\xBF\xBF", 1},  //
      {"\xED\xA0\x80", 1},      // a surrogate
      {"\xF4\x90\x80\x80", 1},  // above U+10FFFF
      {"\xF5\x80\x80\x80", 0},  //
      {"\xFF", 0},              //
      {"\xE2\x82(", 2},         // a character that is not finished
      {"12345678\xC3(", 9},     //
  };
  for (const auto& [text, good] : cases) {
    EXPECT_EQ(Utf8Checker().feed(text), good);
    Utf8Checker checker;
    std::size_t at = 0;
    while (at < text.size() && checker.feed({&text[at], 1}) == 1)
      ++at;
    EXPECT_EQ(at, good) << "byte by byte";
  }
}

TEST(Utf8Checker, IsNotCompleteWithinACharacter) {
  Utf8Checker checker;
  const std::string euro = "\xE2\x82\xAC";
  for (const char c : euro) {
    EXPECT_EQ(checker.feed({&c, 1}), 1U);
    EXPECT_EQ(checker.is_complete(), c == euro.back());
  }
}

}  // namespace
}  // namespace http
