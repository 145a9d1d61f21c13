// SPDX-License-Identifier: Apache-2.0
#include "secrets/token_answer.h"

#include <gtest/gtest.h>

#include "secrets/test_support.h"

namespace secrets {
namespace {

using namespace std::chrono_literals;
using test::answer;
using test::some_day;

std::string problem(std::string_view body, int status = 200) {
  const auto read = read_oauth2_answer(answer(body, status), some_day);
  return read ? "none" : read.error().message;
}

TEST(TokenAnswer, HoldsATokenItsEndAndTheNextRefreshToken) {
  const auto token = read_oauth2_answer(
      answer(R"({"access_token":"at-1","token_type":"bearer","expires_in":60,)"
             R"("refresh_token":"rt-2","scope":"all"})"),
      some_day);
  ASSERT_TRUE(token);
  EXPECT_EQ(token->token.reveal(), "at-1");
  EXPECT_EQ(token->expires, some_day + 60s);
  EXPECT_EQ(token->refresh_token.reveal(), "rt-2");
}

TEST(TokenAnswer, MayWriteItsSecondsAsAText) {
  EXPECT_EQ(
      read_oauth2_answer(answer(R"({"access_token":"at-1","expires_in":"60"})"), some_day)->expires,
      some_day + 60s);
}

TEST(TokenAnswer, WithoutAnEndHoldsForAnHour) {
  EXPECT_EQ(
      read_oauth2_answer(answer(R"({"access_token":"at-1"})"), some_day)->expires, some_day + 1h);
}

TEST(TokenAnswer, HoldsNoTokenForMoreThanTenYears) {
  const auto token = read_oauth2_answer(
      answer(R"({"access_token":"at-1","expires_in":9999999999999999})"), some_day);
  EXPECT_LT(token->expires, some_day + 24h * 3700);
}

TEST(TokenAnswer, IsStrictJson) {
  for (const auto* body :
       {"", "access_token=at-1", "{\"access_token\":\"at-1\",}", "[1] 2", "null"})
    EXPECT_EQ(problem(body).substr(0, 10), "its answer") << body;
}

TEST(TokenAnswer, HasATokenThatARequestCanCarry) {
  EXPECT_EQ(problem("{}"), "its answer has no access_token");
  EXPECT_EQ(problem(R"({"access_token":""})"), "its answer has no access_token");
  EXPECT_EQ(
      problem(R"({"access_token":"a\r\nX: y"})"),
      "the access_token of its answer fits into no request");
  EXPECT_EQ(
      problem("{\"access_token\":\"" + std::string(20'000, 'a') + "\"}"),
      "the access_token of its answer fits into no request");
}

TEST(TokenAnswer, HasABearerTokenAndNoOther) {
  EXPECT_EQ(
      problem(R"({"access_token":"at-1","token_type":"mac"})"),
      "its token is not a bearer token (RFC 6750)");
}

TEST(TokenAnswer, OfARefusalTellsTheCodeThatIsKnown) {
  EXPECT_EQ(problem(R"({"error":"invalid_grant"})", 400), "it answered 400 (invalid_grant)");
  EXPECT_EQ(problem(R"({"error":"rt-secret"})", 400), "it answered 400");
  EXPECT_EQ(problem("<html>", 503), "it answered 503");
  EXPECT_EQ(problem(R"({"access_token":"at-1"})", 302), "it answered 302");
}

}  // namespace
}  // namespace secrets
