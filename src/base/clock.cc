// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "base/text.h"

namespace base {
namespace {

/// Takes exactly `count` digits off the front.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (!is_digit(text[i])) return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || to_lower(text[0]) != c) return false;
  text.remove_prefix(1);
  return true;
}

/// Two digits behind `front`.
std::optional<int> take_number_after(std::string_view& text, char front) {
  return take(text, front) ? take_digits(text, 2) : std::nullopt;
}

/// Of the years whose every moment, in any zone, fits into WallTime.
std::optional<std::chrono::year_month_day> take_date(std::string_view& text) {
  const auto year = take_digits(text, 4);
  const auto month = take_number_after(text, '-');
  const auto day = take_number_after(text, '-');
  if (!year || !month || !day || *year < 1678 || *year > 2261) return std::nullopt;
  const std::chrono::year_month_day date(
      std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
      std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok()) return std::nullopt;
  return date;
}

/// What follows the point of a second; digits beyond the ninth are dropped.
std::optional<std::chrono::nanoseconds> take_fraction(std::string_view& text) {
  if (text.empty() || !is_digit(text[0])) return std::nullopt;
  std::chrono::nanoseconds fraction{0};
  for (long long unit = 100'000'000; !text.empty() && is_digit(text[0]); unit /= 10) {
    fraction += std::chrono::nanoseconds((text[0] - '0') * unit);
    text.remove_prefix(1);
  }
  return fraction;
}

/// "10:30", "10:30:05" or "10:30:05.5", since midnight. A leap second is the next minute's first.
std::optional<std::chrono::nanoseconds> take_time_of_day(std::string_view& text) {
  const auto hours = take_digits(text, 2);
  const auto minutes = take_number_after(text, ':');
  if (!hours || *hours > 23 || !minutes || *minutes > 59) return std::nullopt;
  std::chrono::nanoseconds time = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  if (!take(text, ':')) return time;

  const auto seconds = take_digits(text, 2);
  if (!seconds || *seconds > 60) return std::nullopt;
  time += std::chrono::seconds(*seconds);
  if (!take(text, '.')) return time;

  const auto fraction = take_fraction(text);
  if (!fraction) return std::nullopt;
  return time + *fraction;
}

/// "Z", "+02:00", "-05:30": how far the zone is ahead of UTC.
std::optional<std::chrono::minutes> take_offset(std::string_view& text) {
  if (take(text, 'z')) return std::chrono::minutes(0);
  const bool is_behind = text.starts_with('-');
  if (!is_behind && !text.starts_with('+')) return std::nullopt;
  text.remove_prefix(1);
  const auto hours = take_digits(text, 2);
  const auto minutes = take_number_after(text, ':');
  if (!hours || *hours > 23 || !minutes || *minutes > 59) return std::nullopt;
  return std::chrono::minutes(*hours * 60 + *minutes) * (is_behind ? -1 : 1);
}

WallTime from_local(std::chrono::year_month_day date, std::chrono::nanoseconds since_midnight) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since_midnight);
  std::tm parts{};
  parts.tm_year = static_cast<int>(date.year()) - 1900;
  parts.tm_mon = static_cast<int>(static_cast<unsigned>(date.month())) - 1;
  parts.tm_mday = static_cast<int>(static_cast<unsigned>(date.day()));
  parts.tm_hour = static_cast<int>(seconds.count() / 3600);
  parts.tm_min = static_cast<int>(seconds.count() / 60 % 60);
  parts.tm_sec = static_cast<int>(seconds.count() % 60);
  parts.tm_isdst = -1;
  return WallTime(std::chrono::seconds(std::mktime(&parts))) + (since_midnight - seconds);
}

std::tm local(WallTime time) {
  const std::time_t seconds =
      std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  std::tm out{};
  localtime_r(&seconds, &out);
  return out;
}

struct Unit {
  std::string_view name;
  std::chrono::nanoseconds size;
};

constexpr auto units = std::to_array<Unit>({
    {"ms", std::chrono::milliseconds(1)},
    {"s", std::chrono::seconds(1)},
    {"m", std::chrono::minutes(1)},
    {"h", std::chrono::hours(1)},
    {"d", std::chrono::days(1)},
    {"w", std::chrono::weeks(1)},
});

/// 73 years: added to a time of our days, or taken away from it, it does not overflow.
constexpr std::chrono::nanoseconds longest_duration = std::chrono::nanoseconds::max() / 4;

/// What stands before `end`, or all.
std::string_view take_until(std::string_view& text, std::size_t end) {
  const std::string_view front = text.substr(0, end);
  text.remove_prefix(front.size());
  return front;
}

/// "90s" off the front of "90s500ms".
std::optional<std::chrono::nanoseconds> take_term(std::string_view& text) {
  constexpr std::string_view digits = "0123456789";
  const auto count = parse_number(take_until(text, text.find_first_not_of(digits)));
  const auto unit =
      std::ranges::find(units, take_until(text, text.find_first_of(digits)), &Unit::name);
  if (!count || unit == units.end()) return std::nullopt;
  if (*count > static_cast<unsigned long long>(longest_duration / unit->size)) return std::nullopt;
  return unit->size * static_cast<long long>(*count);
}

}  // namespace

WallTime now() {
  return std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
}

std::string to_rfc3339(WallTime time) {
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(days);
  const std::chrono::hh_mm_ss clock(time - days);
  return fmt::format(
      "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
      clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

std::optional<WallTime> parse_time(std::string_view text) {
  const auto date = take_date(text);
  if (!date) return std::nullopt;
  if (text.empty()) return from_local(*date, {});

  if (!take(text, 't') && !take(text, ' ')) return std::nullopt;
  const auto time = take_time_of_day(text);
  if (!time) return std::nullopt;
  if (text.empty()) return from_local(*date, *time);

  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  return WallTime(std::chrono::sys_days(*date)) + *time - *offset;
}

std::string to_local_clock(WallTime time) {
  const std::tm parts = local(time);
  return fmt::format("{:02}:{:02}:{:02}", parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::string to_local_day(WallTime time) {
  const std::tm parts = local(time);
  return fmt::format("{:04}{:02}{:02}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
}

std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::chrono::nanoseconds total{0};
  while (!text.empty()) {
    const auto term = take_term(text);
    if (!term || *term > longest_duration - total) return std::nullopt;
    total += *term;
  }
  return total;
}

}  // namespace base
