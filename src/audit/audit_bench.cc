// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <filesystem>

#include "audit/journal.h"
#include "audit/json_line.h"
#include "base/encoding.h"

namespace {

audit::Record typical_record() {
  audit::Record record;
  record.time = base::now();
  record.id = base::uuid_v7();
  record.session_id = base::uuid_v7();
  record.sandbox = "project-1a2b3c";
  record.method = "GET";
  record.url = "https://api.example.com/v1/packages/some-package?version=1.2.3";
  record.http = "1.1";
  record.dial = "192.0.2.7:443";
  record.request_headers = {
      {"Host", "api.example.com"},
      {"User-Agent", "curl/8.5.0"},
      {"Accept", "*/*"},
      {"Accept-Encoding", "gzip, br"},
      {"Authorization", "[REDACTED]"}};
  record.status = 200;
  record.response_headers = {{"Content-Type", "application/json"},      {"Content-Length", "1234"},
                             {"Date", "Sat, 31 Jan 2026 10:30:05 GMT"}, {"Server", "example"},
                             {"Cache-Control", "max-age=60"},           {"ETag", "\"abcdef\""}};
  record.response_body = std::string(1234, 'x');
  record.duration = std::chrono::milliseconds(42);
  record.bytes_down = 1234;
  record.filter_action = "allow";
  record.rule = ".lazaret.toml:12";
  return record;
}

void record_to_line(benchmark::State& state) {
  const auto record = typical_record();
  std::string line;
  for (auto _ : state) {
    line.clear();
    audit::append_json_line(line, record);
    benchmark::DoNotOptimize(line);
  }
}
BENCHMARK(record_to_line);

void line_to_record(benchmark::State& state) {
  std::string line;
  audit::append_json(line, typical_record());
  for (auto _ : state)
    benchmark::DoNotOptimize(audit::parse_json_line(line));
}
BENCHMARK(line_to_record);

void mask_headers(benchmark::State& state) {
  const auto record = typical_record();
  for (auto _ : state) {
    auto headers = record.response_headers;
    audit::mask_headers(headers);
    benchmark::DoNotOptimize(headers);
  }
}
BENCHMARK(mask_headers);

void append(benchmark::State& state) {
  static std::unique_ptr<audit::Journal> journal;
  static std::string directory;
  if (state.thread_index() == 0) {
    directory = std::filesystem::temp_directory_path() / "lazaret-bench-XXXXXX";
    journal = *audit::Journal::open(::mkdtemp(directory.data()));
  }
  const auto record = typical_record();
  for (auto _ : state)
    benchmark::DoNotOptimize(journal->append(record));
  if (state.thread_index() == 0) {
    journal.reset();
    std::filesystem::remove_all(directory);
  }
}
BENCHMARK(append)->Threads(1)->Threads(2)->UseRealTime();

}  // namespace
