// SPDX-License-Identifier: Apache-2.0
#include "secrets/sentinel.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.h"

namespace secrets {
namespace {

TEST(Sentinel, BeginsWithTheKindOfTheToken) {
  const std::string random(80, 'x');
  for (const std::string kind :
       {"sk-ant-oat01-", "sk-ant-ort01-", "gho_", "ya29.", "github_pat_"}) {
    const auto sentinel = make_sentinel(kind + random);
    EXPECT_TRUE(sentinel.starts_with(kind)) << sentinel;
    EXPECT_EQ(sentinel.size(), kind.size() + random.size());
    EXPECT_FALSE(sentinel.contains("xxxx")) << sentinel;
  }
}

TEST(Sentinel, KeepsNothingOfATokenWithoutAKind) {
  for (const std::string token :
       {"550e8400-e29b-41d4-a716-446655440000", "AbCdEf-0123456789abcdef0123456789abcdef",
        "1//0gLongRefreshTokenOfGoogle_0123456789", "abcdefghijklmnop-0123456789abcdef"}) {
    const auto sentinel = make_sentinel(token);
    EXPECT_NE(sentinel.substr(0, 6), token.substr(0, 6)) << token;
  }
}

TEST(Sentinel, KeepsLessThanHalfOfTheToken) {
  EXPECT_FALSE(make_sentinel("only-words-only-words-x").starts_with("only-words-only-"));
}

TEST(Sentinel, KeepsTheClaimsOfAJsonWebTokenAndNotItsSignature) {
  const std::string claims = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSIsImV4cCI6MX0.";
  const std::string signature(86, 's');
  const auto sentinel = make_sentinel(claims + signature);
  EXPECT_TRUE(sentinel.starts_with(claims));
  EXPECT_EQ(sentinel.size(), claims.size() + signature.size());
  EXPECT_FALSE(sentinel.contains("ssss"));
}

TEST(Sentinel, IsLongEnoughNotToBeGuessed) {
  EXPECT_EQ(make_sentinel("x").size(), 32U);
  EXPECT_EQ(make_sentinel("eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSJ9.").size(), 37U + 32U);
}

TEST(Sentinel, IsWrittenTheSameEverywhere) {
  const auto sentinel = make_sentinel("1//a+b/c=\"\\ 0123456789");
  EXPECT_TRUE(std::ranges::all_of(sentinel, [](char c) {
    return base::is_alpha(c) || base::is_digit(c) || std::string_view("-._~").contains(c);
  })) << sentinel;
}

TEST(Sentinel, IsAnotherEachTime) { EXPECT_NE(make_sentinel("token"), make_sentinel("token")); }

}  // namespace
}  // namespace secrets
