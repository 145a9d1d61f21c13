// SPDX-License-Identifier: Apache-2.0
#include "audit/internal_lines.h"

#include "audit/line_reader.h"
#include "audit/log_files.h"
#include "audit/newest.h"
#include "audit/tail.h"

namespace audit {
namespace {

/// Collects lines; one without a time of its own has that of the line before.
class Lines {
public:
  explicit Lines(const InternalQuery& query) : query_(query), newest_(query.last) {}

  void add(std::string_view line) {
    if (const auto time = base::parse_time(line.substr(0, line.find(' ')))) time_ = *time;
    if (!query_.since || time_ >= *query_.since) newest_.add(time_, std::string(line));
  }
  void add_file(const std::filesystem::path& path) {
    auto reader = LineReader::open(path);
    while (const auto line = reader ? reader->next() : std::nullopt)
      add(*line);
  }
  std::vector<std::string> take() { return newest_.take(); }

private:
  const InternalQuery& query_;
  base::WallTime time_{};
  Newest<std::string> newest_;
};

}  // namespace

base::Result<std::vector<std::string>> select_internal(
    const std::filesystem::path& directory, const InternalQuery& query) {
  Lines lines(query);
  const auto files = without_twins(TRY(list_files(directory, internal_series)));
  for (const LogFile& file : files)
    lines.add_file(file.path);
  return lines.take();
}

void follow_internal(
    const std::filesystem::path& directory,
    const InternalQuery& query,
    const std::function<void(std::string_view)>& sink,
    const std::stop_token& stop) {
  Tail tail(directory, internal_series);
  Lines lines(query);
  for (const LogFile& file : tail.history())
    lines.add_file(file.path);
  tail.poll([&](std::string_view line) { lines.add(line); });
  for (const std::string& line : lines.take())
    sink(line);
  while (wait_for_next_poll(stop))
    tail.poll(sink);
}

}  // namespace audit
