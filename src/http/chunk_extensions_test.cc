// SPDX-License-Identifier: Apache-2.0
#include "http/chunk_extensions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace http {
namespace {

using namespace std::string_literals;

/// Whether a chunk's line may have this behind the size.
bool may_follow(const std::string& text) {
  ChunkExtensions extensions;
  return std::ranges::all_of(text, [&](char c) { return extensions.step_over(c); }) &&
         extensions.may_end();
}

TEST(ChunkExtensions, AreNamesWithOrWithoutAValue) {
  for (const auto& text : {";a"s, ";a;b"s, ";a=b"s, ";a=b;c=\"d\";e"s, ";!#$%&'*+-.^_`|~=1"s})
    EXPECT_TRUE(may_follow(text)) << text;
}

TEST(ChunkExtensions, MayHaveBlanksAroundTheirSigns) {
  for (const auto& text : {" ;a"s, "\t; a"s, ";a ;b"s, ";a = b"s, ";a\t=\t\"b\" ; c"s})
    EXPECT_TRUE(may_follow(text)) << text;
}

TEST(ChunkExtensions, QuoteWhatIsNoToken) {
  for (const auto& text :
       {";a=\"\""s, ";a=\"b;c=d, \t\""s, ";a=\"\\\"\\\\\""s, ";a=\"\xff\""s, ";a=\"\\\xff\";b"s})
    EXPECT_TRUE(may_follow(text)) << text;
}

TEST(ChunkExtensions, EndWhereANameOrAValueDoes) {
  for (const auto& text :
       {" "s, ";"s, "; "s, ";a "s, ";a="s, ";a= "s, ";a=b "s, ";a;"s, ";a=\"b"s, ";a=\"b\\\""s,
        ";a=\"b\" "s})
    EXPECT_FALSE(may_follow(text)) << text;
}

TEST(ChunkExtensions, AreNothingElse) {
  for (const auto& text :
       {"a"s, "=a"s, ";=b"s, ";;a"s, ";=;;\"\xff"s, ";a==b"s, ";a=b=c"s, ";a b"s, ";a=b c"s,
        ";a,b"s, ";\"a\""s, ";a=b\"c\""s, ";a=\"b\"c"s, ";a=\"b\"=c"s, ";a\xff"s, ";a=\xff"s,
        ";a\v;b"s})
    EXPECT_FALSE(may_follow(text)) << text;
}

TEST(ChunkExtensions, HoldNoControlByte) {
  for (const auto& text :
       {";a\0"s, ";a=\"\0\""s, ";a=\"\\\0\""s, ";a=\"\n\""s, ";a=\"\x7f\""s, ";\x01"s})
    EXPECT_FALSE(may_follow(text)) << text;
}

}  // namespace
}  // namespace http
