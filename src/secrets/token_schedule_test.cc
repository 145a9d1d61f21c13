// SPDX-License-Identifier: Apache-2.0
#include "secrets/token_schedule.h"

#include <gtest/gtest.h>

namespace secrets {
namespace {

using namespace std::chrono_literals;
using Time = TokenSchedule::Time;

constexpr Time start{1'000'000s};

/// With a token that was fetched at `start` and lives for an hour, without chance.
TokenSchedule with_an_hour() {
  TokenSchedule schedule;
  schedule.fetched(start, start + 1h, 0);
  return schedule;
}

TEST(TokenSchedule, FetchesNothingThatNobodyNeeds) {
  const TokenSchedule schedule;
  EXPECT_FALSE(schedule.has_token(start));
  EXPECT_EQ(schedule.time_to_fetch(start), std::nullopt);
}

TEST(TokenSchedule, FetchesAtOnceWhatIsNeeded) {
  TokenSchedule schedule;
  EXPECT_TRUE(schedule.use(start));
  EXPECT_FALSE(schedule.use(start)) << "it is known already";
  EXPECT_EQ(schedule.time_to_fetch(start), 0s);
}

TEST(TokenSchedule, FetchesAgainAheadOfTheEndOfWhatIsUsed) {
  auto schedule = with_an_hour();
  EXPECT_TRUE(schedule.use(start + 1min));
  EXPECT_EQ(schedule.time_to_fetch(start + 1min), 54min);
  EXPECT_EQ(schedule.time_to_fetch(start + 55min), 0s);
  EXPECT_TRUE(schedule.has_token(start + 55min));
}

TEST(TokenSchedule, LetsATokenThatNobodyUsesEnd) {
  const auto schedule = with_an_hour();
  EXPECT_EQ(schedule.time_to_fetch(start + 59min), std::nullopt);
  EXPECT_FALSE(schedule.has_token(start + 1h));
  EXPECT_EQ(schedule.time_to_fetch(start + 2h), std::nullopt);
}

TEST(TokenSchedule, DoesNotUseATokenUpToItsLastMoment) {
  const auto schedule = with_an_hour();
  EXPECT_TRUE(schedule.has_token(start + 59min));
  EXPECT_FALSE(schedule.has_token(start + 59min + 30s));
}

TEST(TokenSchedule, SpreadsFetchesByHalfOfWhatTheyAreAhead) {
  TokenSchedule schedule;
  schedule.fetched(start, start + 1h, 1);
  schedule.use(start);
  EXPECT_EQ(schedule.time_to_fetch(start), 52min + 30s);
}

TEST(TokenSchedule, IsAheadOfAShortLifeByAFifth) {
  TokenSchedule schedule;
  schedule.fetched(start, start + 10s, 0);
  schedule.use(start);
  EXPECT_EQ(schedule.time_to_fetch(start), 8s);
  EXPECT_TRUE(schedule.has_token(start + 9s));
}

TEST(TokenSchedule, WaitsLongerAfterEachFailure) {
  TokenSchedule schedule;
  auto now = start;
  for (const auto pause : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
    schedule.use(now);
    schedule.failed(now, 0);
    EXPECT_TRUE(schedule.is_pausing(now));
    EXPECT_EQ(schedule.time_to_fetch(now), std::nullopt) << "until somebody needs it";
    schedule.use(now);
    EXPECT_EQ(schedule.time_to_fetch(now), pause);
    now += pause;
    EXPECT_FALSE(schedule.is_pausing(now));
  }
}

TEST(TokenSchedule, BeginsWithShortPausesAfterASuccess) {
  TokenSchedule schedule;
  for (int i = 0; i < 5; ++i)
    schedule.failed(start, 0);
  schedule.fetched(start, start + 1h, 0);
  EXPECT_FALSE(schedule.is_pausing(start));
  schedule.failed(start, 0);
  EXPECT_FALSE(schedule.is_pausing(start + 1s));
}

TEST(TokenSchedule, KeepsATokenThatCannotBeRenewedYet) {
  auto schedule = with_an_hour();
  schedule.use(start);
  schedule.failed(start + 55min, 0);
  EXPECT_TRUE(schedule.has_token(start + 55min));
  EXPECT_EQ(schedule.time_to_fetch(start + 55min), 1s);
}

TEST(TokenSchedule, FetchesAnotherTokenForARefusedOne) {
  auto schedule = with_an_hour();
  EXPECT_TRUE(schedule.drop(start + 1s));
  EXPECT_FALSE(schedule.has_token(start + 1s));
  EXPECT_EQ(schedule.time_to_fetch(start + 1s), 0s);
}

TEST(TokenSchedule, IsNotMadeToFetchAllTheTimeByRefusals) {
  auto schedule = with_an_hour();
  EXPECT_TRUE(schedule.drop(start));
  schedule.fetched(start, start + 1h, 0);
  EXPECT_FALSE(schedule.drop(start + 59s));
  EXPECT_TRUE(schedule.has_token(start + 59s));
  EXPECT_TRUE(schedule.drop(start + 60s));
}

TEST(TokenSchedule, TriesAtOnceWithSomethingElse) {
  TokenSchedule schedule;
  schedule.failed(start, 0);
  schedule.use(start);
  schedule.forget_failures();
  EXPECT_EQ(schedule.time_to_fetch(start), 0s);
}

}  // namespace
}  // namespace secrets
