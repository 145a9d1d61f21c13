// SPDX-License-Identifier: Apache-2.0
#pragma once
// The names of log files: `<prefix>_YYYYMMDD_NNNN<extension>`, and the same with `.gz` once it is
// complete. A plain file belongs to the process that holds its lock (flock); a `.gz` never changes
// again.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace audit {

/// How much of a log file is read at a time.
inline constexpr std::size_t read_size = std::size_t{256} << 10U;

/// A family of files that rotate together.
struct Series {
  std::string_view prefix;
  std::string_view extension;
};

inline constexpr Series request_series{"requests", ".jsonl"};
inline constexpr Series internal_series{"proxy", ".log"};

struct LogFile {
  std::filesystem::path path;
  std::string day;  // "20260131"
  unsigned index = 0;
  bool compressed = false;

  bool same_content_as(const LogFile& other) const {
    return day == other.day && index == other.index;
  }
};

/// The name of the plain file.
std::string file_name(const Series& series, std::string_view day, unsigned index);
std::optional<LogFile> parse_file_name(const Series& series, const std::filesystem::path& path);

/// The files of the series, oldest first; `.gz` before the plain file it was made from, when both
/// are there. A missing directory has none.
base::Result<std::vector<LogFile>> list_files(
    const std::filesystem::path& directory, const Series& series);

/// Without the plain files whose `.gz` is there, too: their compressor died before it removed them.
std::vector<LogFile> without_twins(std::vector<LogFile> files);

enum class Create { no, yes };

/// The file (with `Create::yes` a new one, 0600), opened for reading and writing and locked against
/// other writers; empty when somebody else holds it or it went away. Never follows a symbolic link.
base::Result<base::Fd> lock_file(const std::filesystem::path& path, Create create);

/// Cuts off what follows the last line end: a writer died there. The size that remains.
base::Result<std::uint64_t> cut_torn_tail(const base::Fd& file);

}  // namespace audit
