// SPDX-License-Identifier: Apache-2.0
#include "audit/follow.h"

#include <ranges>

#include "audit/json_line.h"
#include "audit/line_reader.h"
#include "audit/newest.h"
#include "audit/tail.h"

namespace audit {
namespace {

std::optional<Record> wanted(std::string_view line, const Query& query) {
  auto record = parse_json_line(line);
  if (!record || !matches(query, *record)) return std::nullopt;
  return *std::move(record);
}

/// The last records there are. Compressed files are opened only when the plain ones hold too few.
std::vector<Record> last_records(Tail& tail, const Query& query) {
  Newest<Record> newest(query.last);
  const auto add = [&](std::string_view line) {
    auto record = wanted(line, query);
    if (!record) return;
    const base::WallTime time = record->time;
    newest.add(time, *std::move(record));
  };
  tail.poll(add);
  for (const LogFile& file : tail.history() | std::views::reverse) {
    if (newest.is_full()) break;
    auto reader = LineReader::open(file.path);
    while (const auto line = reader ? reader->next() : std::nullopt)
      add(*line);
  }
  return newest.take();
}

}  // namespace

void follow(
    const std::filesystem::path& directory,
    const Query& query,
    const std::function<void(const Record&)>& sink,
    const std::stop_token& stop) {
  Tail tail(directory, request_series);
  for (const Record& record : last_records(tail, query))
    sink(record);
  while (wait_for_next_poll(stop)) {
    tail.poll([&](std::string_view line) {
      if (const auto record = wanted(line, query)) sink(*record);
    });
  }
}

}  // namespace audit
