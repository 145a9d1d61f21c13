// SPDX-License-Identifier: Apache-2.0
#include "http/grammar.h"

#include <gtest/gtest.h>

#include <string>

namespace http {
namespace {

TEST(Grammar, JudgesEveryByteAtEveryPlaceOfAFieldText) {
  for (int byte = 0; byte < 256; ++byte) {
    const bool good = byte == '\t' || (byte >= 0x20 && byte != 0x7F);
    for (std::size_t place = 0; place < 20; ++place) {
      std::string text(20, 'x');
      text[place] = static_cast<char>(byte);
      EXPECT_EQ(is_field_text(text), good) << byte << " at " << place;
    }
  }
}

TEST(Grammar, KeepsItsWordBesideBytesThatBorrow) {
  EXPECT_TRUE(is_field_text("\t\x80\xff \t\x80\x81~"));
  EXPECT_FALSE(is_field_text("\t\x80\xff \t\x80\x1f~"));
  EXPECT_TRUE(is_field_text(""));
}

TEST(Grammar, KnowsTokens) {
  for (std::string_view token : {"GET", "x-a_b", "!#$%&'*+-.^_`|~09azAZ"})
    EXPECT_TRUE(is_token(token)) << token;
  for (std::string_view text : {"", "a b", "a:", "(", "\"", "/", "a\x80", "[", "{", ",", "@"})
    EXPECT_FALSE(is_token(text)) << text;
}

TEST(Grammar, ComparesNamesWithoutCase) {
  EXPECT_TRUE(same_name("Content-Length", "content-LENGTH"));
  EXPECT_FALSE(same_name("a", "ab"));
  EXPECT_FALSE(same_name("@", "`"));
}

}  // namespace
}  // namespace http
