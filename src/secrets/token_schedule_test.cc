// SPDX-License-Identifier: Apache-2.0
#include "secrets/token_schedule.h"

#include <gtest/gtest.h>

#include "secrets/test_support.h"

namespace secrets {
namespace {

using namespace std::chrono_literals;
using test::some_day;

/// With a token that was fetched at `some_day` and lives for an hour, without chance.
TokenSchedule with_an_hour() {
  TokenSchedule schedule;
  schedule.fetched(some_day, some_day + 1h, 0);
  return schedule;
}

TEST(TokenSchedule, FetchesNothingThatNobodyNeeds) {
  const TokenSchedule schedule;
  EXPECT_FALSE(schedule.has_token(some_day));
  EXPECT_EQ(schedule.time_to_fetch(some_day), std::nullopt);
}

TEST(TokenSchedule, FetchesAtOnceWhatIsNeeded) {
  TokenSchedule schedule;
  EXPECT_TRUE(schedule.use(some_day));
  EXPECT_FALSE(schedule.use(some_day)) << "it is known already";
  EXPECT_EQ(schedule.time_to_fetch(some_day), 0s);
}

TEST(TokenSchedule, FetchesAgainAheadOfTheEndOfWhatIsUsed) {
  auto schedule = with_an_hour();
  EXPECT_TRUE(schedule.use(some_day + 1min));
  EXPECT_EQ(schedule.time_to_fetch(some_day + 1min), 54min);
  EXPECT_EQ(schedule.time_to_fetch(some_day + 55min), 0s);
  EXPECT_TRUE(schedule.has_token(some_day + 55min));
}

TEST(TokenSchedule, LetsATokenThatNobodyUsesEnd) {
  const auto schedule = with_an_hour();
  EXPECT_EQ(schedule.time_to_fetch(some_day + 59min), std::nullopt);
  EXPECT_FALSE(schedule.has_token(some_day + 1h));
  EXPECT_EQ(schedule.time_to_fetch(some_day + 2h), std::nullopt);
}

TEST(TokenSchedule, DoesNotUseATokenUpToItsLastMoment) {
  const auto schedule = with_an_hour();
  EXPECT_TRUE(schedule.has_token(some_day + 59min));
  EXPECT_FALSE(schedule.has_token(some_day + 59min + 30s));
}

TEST(TokenSchedule, SpreadsFetchesByHalfOfWhatTheyAreAhead) {
  TokenSchedule schedule;
  schedule.fetched(some_day, some_day + 1h, 1);
  schedule.use(some_day);
  EXPECT_EQ(schedule.time_to_fetch(some_day), 52min + 30s);
}

TEST(TokenSchedule, IsAheadOfAShortLifeByAFifth) {
  TokenSchedule schedule;
  schedule.fetched(some_day, some_day + 10s, 0);
  schedule.use(some_day);
  EXPECT_EQ(schedule.time_to_fetch(some_day), 8s);
  EXPECT_TRUE(schedule.has_token(some_day + 9s));
}

TEST(TokenSchedule, WaitsLongerAfterEachFailure) {
  TokenSchedule schedule;
  auto now = some_day;
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
    schedule.failed(some_day, 0);
  schedule.fetched(some_day, some_day + 1h, 0);
  EXPECT_FALSE(schedule.is_pausing(some_day));
  schedule.failed(some_day, 0);
  EXPECT_FALSE(schedule.is_pausing(some_day + 1s));
}

TEST(TokenSchedule, KeepsATokenThatCannotBeRenewedYet) {
  auto schedule = with_an_hour();
  schedule.use(some_day);
  schedule.failed(some_day + 55min, 0);
  EXPECT_TRUE(schedule.has_token(some_day + 55min));
  EXPECT_EQ(schedule.time_to_fetch(some_day + 55min), 1s);
}

TEST(TokenSchedule, FetchesAnotherTokenForARefusedOne) {
  auto schedule = with_an_hour();
  EXPECT_TRUE(schedule.drop(some_day + 1s));
  EXPECT_FALSE(schedule.has_token(some_day + 1s));
  EXPECT_EQ(schedule.time_to_fetch(some_day + 1s), 0s);
}

TEST(TokenSchedule, IsNotMadeToFetchAllTheTimeByRefusals) {
  auto schedule = with_an_hour();
  EXPECT_TRUE(schedule.drop(some_day));
  schedule.fetched(some_day, some_day + 1h, 0);
  EXPECT_FALSE(schedule.drop(some_day + 59s));
  EXPECT_TRUE(schedule.has_token(some_day + 59s));
  EXPECT_TRUE(schedule.drop(some_day + 60s));
}

TEST(TokenSchedule, TriesAtOnceWithSomethingElse) {
  TokenSchedule schedule;
  schedule.failed(some_day, 0);
  schedule.use(some_day);
  schedule.forget_failures();
  EXPECT_EQ(schedule.time_to_fetch(some_day), 0s);
}

}  // namespace
}  // namespace secrets
