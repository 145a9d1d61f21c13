// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which records somebody wants to see, as people write it, and the search through a log directory.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/record.h"
#include "audit/statistics.h"
#include "base/clock.h"
#include "base/result.h"

namespace audit {

/// Both ends belong to it.
struct StatusRange {
  int low = 0;
  int high = 0;
  bool operator==(const StatusRange&) const = default;
};

/// "200", "400-599", ">=400", ">400", "<=299", "<300"; blanks around numbers are ignored.
base::Result<StatusRange> parse_status(std::string_view text);

/// "now", "today", "yesterday" (local midnight), "15m" or "2d" (that long ago), RFC 3339, local
/// "2024-01-15T12:00:00", "2024-01-15".
base::Result<base::WallTime> parse_when(std::string_view text, base::WallTime now);

/// All conditions that are set must hold.
struct Query {
  std::string url{};     // a part of the URL, case counts
  std::string host{};    // the whole host, in any case
  std::string method{};  // in any case
  std::optional<StatusRange> status{};
  std::optional<base::WallTime> since{};  // both inclusive
  std::optional<base::WallTime> until{};
  bool errors = false;   // an error, a refusal, or a status of 400 and above
  std::string action{};  // of the filter: "allow", "block", "ask"
  std::string stage{};
  std::string id{};        // a whole id, or its beginning
  std::size_t last = 100;  // how many of those that match, the newest; 0: all
};

bool matches(const Query& query, const Record& record);

struct Selection {
  std::vector<Record> records{};        // the last ones that match, oldest first
  Statistics statistics{};              // of all that match
  std::size_t files = 0;                // how many there are to read
  std::vector<std::string> warnings{};  // what could not be read, one sentence each
};

/// Reads every file of the request log, whoever wrote it, in the order of time. Fails only when the
/// directory cannot be read; a missing one has no files.
base::Result<Selection> select(const std::filesystem::path& directory, const Query& query);

}  // namespace audit
