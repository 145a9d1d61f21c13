// SPDX-License-Identifier: Apache-2.0
#include "tokens/describe.h"

#include <gtest/gtest.h>

#include "tokens/test_support.h"

namespace tokens {
namespace {

TEST(Describe, SaysInWordsWhatATokenPermits) {
  EXPECT_EQ(
      describe(mint_with(vector_caveats)),
      "permits requests\n"
      "  only from 2023-11-14T22:13:20Z until 2100-01-01T00:00:00Z\n"
      "  only to api.stripe.com\n"
      "  only with GET\n"
      "  only to the path /v1/customers/*\n");
}

TEST(Describe, SaysThatATokenPermitsEverything) {
  EXPECT_EQ(describe(mint_with({})), "permits every request, for ever\n");
}

TEST(Describe, SaysThatAnEmptyListPermitsNothing) {
  EXPECT_EQ(describe(Caveat(Hosts{})), "only to no host at all");
}

TEST(Describe, EscapesTextOfTheToken) {
  EXPECT_FALSE(describe(Caveat(Hosts{{"a\x1b[2J"}})).contains('\x1b'));
  EXPECT_FALSE(describe(Caveat(Purpose{"a\nb"})).contains('\n'));
  EXPECT_FALSE(describe(Caveat(ThirdParty{"a\x1b", "", ""})).contains('\x1b'));
}

TEST(Describe, HasWordsForTimesThatNoCalendarHolds) {
  EXPECT_EQ(
      describe(Caveat(Validity{std::numeric_limits<std::int64_t>::min(), 9223372036854775807})),
      "only from second -9223372036854775808 until second 9223372036854775807");
}

TEST(Describe, NamesTheNumberOfAnUnknownKind) {
  EXPECT_TRUE(describe(Caveat::decode(13, "\x90").value()).ends_with("(13)"));
}

}  // namespace
}  // namespace tokens
