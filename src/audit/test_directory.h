// SPDX-License-Identifier: Apache-2.0
#pragma once
// For this room's tests: a directory that goes away, its files, and a record to begin with.

#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "audit/line_reader.h"
#include "audit/record.h"
#include "base/file.h"

namespace audit::test {

class Directory {
public:
  Directory() {
    std::string name = std::filesystem::temp_directory_path() / "lazaret-audit-XXXXXX";
    path_ = ::mkdtemp(name.data());
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  ~Directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::filesystem::path& path() const { return path_; }
  void add(std::string_view name, std::string_view text) const {
    if (!base::write_file(path_ / name, text)) std::abort();
  }
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(path_))
      found.push_back(entry.path().filename());
    std::ranges::sort(found);
    return found;
  }

private:
  std::filesystem::path path_;
};

/// Every line of a plain or compressed file.
inline std::vector<std::string> lines_of(const std::filesystem::path& path) {
  std::vector<std::string> lines;
  auto reader = LineReader::open(path);
  if (!reader) return lines;
  while (const auto line = reader->next())
    lines.emplace_back(*line);
  return lines;
}

inline Record exchange(std::string_view url, int status = 200) {
  Record record;
  record.time = *base::parse_time("2026-01-31T10:30:05.5Z");
  record.method = "GET";
  record.url = url;
  record.status = status;
  record.duration = std::chrono::milliseconds(150);
  return record;
}

}  // namespace audit::test
