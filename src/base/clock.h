// SPDX-License-Identifier: Apache-2.0
#pragma once
// Wall-clock time as text (RFC 3339) and spans of time as people write them.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace base {

using WallTime = std::chrono::sys_time<std::chrono::nanoseconds>;

WallTime now();
/// "2026-01-31T10:30:05.123456789Z", always UTC, always nine digits.
std::string to_rfc3339(WallTime time);
/// RFC 3339 with `Z` or an offset (either case), and without a zone: local time. "YYYY-MM-DD" is
/// local midnight. Years 1678 to 2261: what WallTime can hold.
std::optional<WallTime> parse_time(std::string_view text);
/// "10:30:05" in local time.
std::string to_local_clock(WallTime time);
/// "20260131" in local time, for file names.
std::string to_local_day(WallTime time);
/// "500ms", "2s", "5m", "1h", "3d", "2w"; also sums such as "1m30s". At most 73 years.
std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text);

}  // namespace base
