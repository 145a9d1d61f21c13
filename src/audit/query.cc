// SPDX-License-Identifier: Apache-2.0
#include "audit/query.h"

#include <fmt/format.h>

#include "audit/json_line.h"
#include "audit/line_reader.h"
#include "audit/log_files.h"
#include "audit/newest.h"
#include "base/text.h"

namespace audit {
namespace {

using base::ErrorKind;
using base::WallTime;

constexpr int highest_status = 999;

std::optional<int> status_number(std::string_view text) {
  const auto number = base::parse_number(base::trim(text));
  if (!number || *number > highest_status) return std::nullopt;
  return static_cast<int>(*number);
}

/// The range that begins with one of the four operators; nullopt when it is none.
std::optional<StatusRange> compared_status(std::string_view text) {
  const auto range = [&](std::size_t skip, auto to_range) -> std::optional<StatusRange> {
    const auto number = status_number(text.substr(skip));
    return number ? std::optional<StatusRange>(to_range(*number)) : std::nullopt;
  };
  if (text.starts_with(">=")) return range(2, [](int n) { return StatusRange{n, highest_status}; });
  if (text.starts_with(">"))
    return range(1, [](int n) { return StatusRange{n + 1, highest_status}; });
  if (text.starts_with("<=")) return range(2, [](int n) { return StatusRange{1, n}; });
  if (text.starts_with("<")) return range(1, [](int n) { return StatusRange{1, n - 1}; });
  return std::nullopt;
}

std::optional<StatusRange> listed_status(std::string_view text) {
  const auto dash = text.find('-');
  const auto low = status_number(text.substr(0, dash));
  const auto high = dash == std::string_view::npos ? low : status_number(text.substr(dash + 1));
  if (!low || !high) return std::nullopt;
  return StatusRange{*low, *high};
}

std::optional<WallTime> local_midnight(WallTime time) {
  const std::string day = base::to_local_day(time);
  return base::parse_time(
      fmt::format("{}-{}-{}", day.substr(0, 4), day.substr(4, 2), day.substr(6, 2)));
}

/// Half a day before midnight is the day before, whatever daylight saving does.
std::optional<WallTime> midnight_before(WallTime midnight) {
  return local_midnight(midnight - std::chrono::hours(12));
}

std::optional<WallTime> named_time(std::string_view name, WallTime now) {
  if (name == "now") return now;
  if (name != "today" && name != "yesterday") return std::nullopt;
  const auto today = local_midnight(now);
  return name == "today" || !today ? today : midnight_before(*today);
}

bool is_error(const Record& record) {
  return !record.error.empty() || record.status >= 400 || was_blocked(record);
}

// ---- searching

class Search {
public:
  explicit Search(const Query& query) : query_(query), newest_(query.last) {}

  void read(const LogFile& file) {
    auto reader = LineReader::open(file.path);
    if (was_compressed_meanwhile(reader, file))
      reader = LineReader::open(file.path.native() + ".gz");
    if (!reader) return note_unreadable(file, reader.error());
    ++selection_.files;
    while (const auto line = reader->next())
      look_at(*line, reader->at_torn_line());
    too_long_ += reader->lines_left_out();
  }

  Selection finish() {
    warn(too_long_, "too long");
    warn(invalid_, "not log records");
    selection_.records = newest_.take();
    return std::move(selection_);
  }

private:
  static bool was_compressed_meanwhile(
      const base::Result<LineReader>& reader, const LogFile& file) {
    return !reader && reader.error().kind == ErrorKind::not_found && !file.compressed;
  }
  /// A torn last line is one that is being written.
  void look_at(std::string_view line, bool torn) {
    if (line.empty()) return;
    auto record = parse_json_line(line);
    if (!record) {
      if (!torn) ++invalid_;
      return;
    }
    if (!matches(query_, *record)) return;
    selection_.statistics.add(*record);
    const base::WallTime time = record->time;
    newest_.add(time, *std::move(record));
  }
  /// A file that went away was removed as too old.
  void note_unreadable(const LogFile& file, const base::Error& error) {
    if (error.kind == ErrorKind::not_found) return;
    selection_.warnings.push_back(
        fmt::format("{} was left out: {}", file.path.filename().native(), error.message));
  }
  void warn(std::uint64_t count, std::string_view why) {
    if (count == 0) return;
    selection_.warnings.push_back(
        fmt::format("lines left out because they are {}: {}", why, count));
  }

  const Query& query_;
  Newest<Record> newest_;
  Selection selection_;
  std::uint64_t invalid_ = 0;
  std::uint64_t too_long_ = 0;
};

}  // namespace

base::Result<StatusRange> parse_status(std::string_view text) {
  const std::string_view wanted = base::trim(text);
  auto range = compared_status(wanted);
  if (!range) range = listed_status(wanted);
  if (!range || range->low > range->high || range->low > highest_status) {
    return base::fail(
        ErrorKind::invalid,
        fmt::format("\"{}\" is not a status or a range of them", base::escape_for_terminal(text)),
        "write 404, 400-599, '>=400', '>399', '<=299' or '<300'");
  }
  return *range;
}

base::Result<WallTime> parse_when(std::string_view text, WallTime now) {
  const std::string wanted = base::lower(base::trim(text));
  if (const auto named = named_time(wanted, now)) return *named;
  if (const auto ago = base::parse_duration(wanted)) return now - *ago;
  if (const auto time = base::parse_time(wanted)) return *time;
  return base::fail(
      ErrorKind::invalid, fmt::format("\"{}\" is not a time", base::escape_for_terminal(text)),
      "write today, yesterday, 15m, 2h, 3d, 2024-01-15, 2024-01-15T12:00:00 or "
      "2024-01-15T12:00:00Z");
}

bool matches(const Query& query, const Record& record) {
  const auto wants = [](const std::string& wanted, std::string_view value) {
    return wanted.empty() || base::iequals(wanted, value);
  };
  const auto& status = query.status;
  return record.url.find(query.url) != std::string::npos && wants(query.host, host_of(record)) &&
         wants(query.method, record.method) && wants(query.action, record.filter_action) &&
         wants(query.stage, record.stage) && record.id.starts_with(query.id) &&
         (!status || (record.status >= status->low && record.status <= status->high)) &&
         (!query.since || record.time >= *query.since) &&
         (!query.until || record.time <= *query.until) && (!query.errors || is_error(record));
}

base::Result<Selection> select(const std::filesystem::path& directory, const Query& query) {
  const auto files = without_twins(TRY(list_files(directory, request_series)));
  Search search(query);
  for (const LogFile& file : files)
    search.read(file);
  return search.finish();
}

}  // namespace audit
