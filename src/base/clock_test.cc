// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <time.h>

#include <string>

namespace base {
namespace {

using namespace std::chrono_literals;

/// Where the clocks of this process stand while it lives, as in the variable TZ.
class Zone {
public:
  explicit Zone(const char* name) {
    if (const char* before = ::getenv("TZ")) before_ = before;
    set(name);
  }
  Zone(const Zone&) = delete;
  Zone& operator=(const Zone&) = delete;
  ~Zone() { set(before_ ? before_->c_str() : nullptr); }

private:
  static void set(const char* name) {
    if (name == nullptr)
      ::unsetenv("TZ");
    else
      ::setenv("TZ", name, 1);
    ::tzset();
  }
  std::optional<std::string> before_{};
};

// Rules in full: the tests need no zone database.
constexpr const char* berlin = "CET-1CEST,M3.5.0,M10.5.0/3";
constexpr const char* india = "IST-5:30";
constexpr const char* utc = "UTC0";

/// As in UTC, or "refused".
std::string reread(std::string_view text) {
  const auto time = parse_time(text);
  return time ? to_rfc3339(*time) : "refused";
}

TEST(ToRfc3339, AlwaysWritesNineDigits) {
  EXPECT_EQ(to_rfc3339(WallTime()), "1970-01-01T00:00:00.000000000Z");
  EXPECT_EQ(to_rfc3339(WallTime(1ns)), "1970-01-01T00:00:00.000000001Z");
}

TEST(ToRfc3339, WritesTimesBefore1970) {
  EXPECT_EQ(to_rfc3339(WallTime(-1ns)), "1969-12-31T23:59:59.999999999Z");
}

TEST(ParseTime, ReadsWhatIsWritten) {
  const auto time = now();
  EXPECT_EQ(parse_time(to_rfc3339(time)), time);
}

TEST(ParseTime, ReadsEveryWayOfWritingATime) {
  struct Row {
    std::string_view text;
    std::string_view time;
  };
  const Row table[] = {
      {"2026-01-31T10:30:05Z", "2026-01-31T10:30:05.000000000Z"},
      {"2026-01-31t10:30:05z", "2026-01-31T10:30:05.000000000Z"},
      {"2026-01-31 10:30Z", "2026-01-31T10:30:00.000000000Z"},
      {"2026-01-31T10:30:05.5Z", "2026-01-31T10:30:05.500000000Z"},
      {"2026-01-31T10:30:05.1234567899Z", "2026-01-31T10:30:05.123456789Z"},
      {"2026-01-31T10:30:05+02:00", "2026-01-31T08:30:05.000000000Z"},
      {"2026-01-31T20:30:05-05:30", "2026-02-01T02:00:05.000000000Z"},
      {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000000000Z"},
      {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000000Z"},
      {"1678-01-01T00:00:00+23:59", "1677-12-31T00:01:00.000000000Z"},
      {"2261-12-31T23:59:60.999999999-23:59", "2262-01-01T23:59:00.999999999Z"},
  };
  for (const auto& [text, time] : table)
    EXPECT_EQ(reread(text), time) << text;
}

TEST(ParseTime, RefusesAnythingElse) {
  for (const char* text :
       {"",
        "2026",
        "2026-01",
        "26-01-31",
        "2026-1-31",
        "2026-13-01",
        "2026-00-01",
        "2026-02-29",
        "2026-01-32",
        "2026-01-31Z",
        "2026-01-31T",
        "2026-01-31T10",
        "2026-01-31T10:30:",
        "2026-01-31T24:00:00Z",
        "2026-01-31T10:60:00Z",
        "2026-01-31T10:30:61Z",
        "2026-01-31T10:30:05.Z",
        "2026-01-31T10:30:05+2",
        "2026-01-31T10:30:05+0200",
        "2026-01-31T10:30:05+24:00",
        "2026-01-31T10:30:05Zx",
        "2026-01-31T10:30:05 Z",
        "2026/01/31",
        " 2026-01-31",
        "-2026-01-31",
        "yesterday"})
    EXPECT_EQ(reread(text), "refused") << text;
}

TEST(ParseTime, RefusesYearsThatDoNotFit) {
  for (const char* text :
       {"1677-12-31T23:59:59Z", "2262-01-01T00:00:00Z", "0000-01-01", "9999-12-31T23:59:59Z"})
    EXPECT_EQ(reread(text), "refused") << text;
}

TEST(ParseTime, TakesATimeWithoutAZoneAsLocal) {
  const Zone zone(india);
  EXPECT_EQ(reread("2026-07-01T12:00:00.25"), "2026-07-01T06:30:00.250000000Z");
  EXPECT_EQ(reread("1969-12-31T23:59:59.5"), "1969-12-31T18:29:59.500000000Z");
}

TEST(ParseTime, TakesADayAsItsLocalMidnight) {
  const Zone zone(india);
  EXPECT_EQ(reread("2026-07-01"), "2026-06-30T18:30:00.000000000Z");
}

TEST(ParseTime, KnowsSummerAndWinter) {
  const Zone zone(berlin);
  EXPECT_EQ(reread("2026-01-15T12:00:00"), "2026-01-15T11:00:00.000000000Z");
  EXPECT_EQ(reread("2026-07-15T12:00:00"), "2026-07-15T10:00:00.000000000Z");
  EXPECT_EQ(reread("2026-03-29"), "2026-03-28T23:00:00.000000000Z");
  EXPECT_EQ(reread("2026-03-30"), "2026-03-29T22:00:00.000000000Z");
}

TEST(ParseTime, MapsTheHourThatIsNotThereBesideTheGap) {
  const Zone zone(berlin);
  const auto time = parse_time("2026-03-29T02:30:00");
  ASSERT_TRUE(time);
  EXPECT_GE(*time, *parse_time("2026-03-29T00:30:00Z"));
  EXPECT_LE(*time, *parse_time("2026-03-29T01:30:00Z"));
}

TEST(ToLocal, FollowsTheZone) {
  const auto time = *parse_time("2026-06-30T22:15:05Z");
  {
    const Zone zone(utc);
    EXPECT_EQ(to_local_clock(time), "22:15:05");
    EXPECT_EQ(to_local_day(time), "20260630");
  }
  const Zone zone(berlin);
  EXPECT_EQ(to_local_clock(time), "00:15:05");
  EXPECT_EQ(to_local_day(time), "20260701");
}

TEST(ToLocal, RoundsDownBefore1970) {
  const Zone zone(utc);
  EXPECT_EQ(to_local_clock(WallTime(-1ns)), "23:59:59");
}

TEST(ParseDuration, ReadsEveryUnit) {
  EXPECT_EQ(parse_duration("500ms"), 500ms);
  EXPECT_EQ(parse_duration("2s"), 2s);
  EXPECT_EQ(parse_duration("5m"), 5min);
  EXPECT_EQ(parse_duration("1h"), 1h);
  EXPECT_EQ(parse_duration("3d"), 72h);
  EXPECT_EQ(parse_duration("2w"), 336h);
  EXPECT_EQ(parse_duration("0s"), 0s);
}

TEST(ParseDuration, AddsUp) {
  EXPECT_EQ(parse_duration("1m30s"), 90s);
  EXPECT_EQ(parse_duration("1h1h"), 2h);
}

TEST(ParseDuration, RefusesAnythingElse) {
  for (const char* text :
       {"", "5", "s", "5 s", " 5s", "5s ", "-5s", "+5s", "1.5s", "5S", "5sec", "1m30", "5us",
        "1m,5s"})
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
}

TEST(ParseDuration, RefusesWhatWouldOverflow) {
  for (const char* text :
       {"99999999w", "9223372037s", "9999999999999999999ms", "3800w1w1w1w1w1w99d99d"})
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
}

TEST(ParseDuration, RefusesASumThatWouldOverflow) {
  std::string text;
  for (int i = 0; i < 10; ++i)
    text += "1000w";
  EXPECT_TRUE(parse_duration(text.substr(0, 15)));
  EXPECT_EQ(parse_duration(text), std::nullopt);
}

TEST(ParseDuration, GivesNothingThatOverflowsWhenAddedToATime) {
  const auto longest = parse_duration("26000d");
  ASSERT_TRUE(longest);
  EXPECT_GT(now() + *longest, now());
  EXPECT_LT(now() - *longest, now());
}

}  // namespace
}  // namespace base
