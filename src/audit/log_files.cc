// SPDX-License-Identifier: Apache-2.0
#include "audit/log_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "base/text.h"

namespace audit {
namespace {

namespace fs = std::filesystem;

bool consume(std::string_view& text, std::string_view front) {
  if (!text.starts_with(front)) return false;
  text.remove_prefix(front.size());
  return true;
}

/// The path may have been removed, or replaced, between opening and locking it.
bool is_still_at(const fs::path& path, const base::Fd& file) {
  struct stat at_path{};
  struct stat opened{};
  return ::lstat(path.c_str(), &at_path) == 0 && ::fstat(file.get(), &opened) == 0 &&
         at_path.st_ino == opened.st_ino && at_path.st_dev == opened.st_dev &&
         S_ISREG(opened.st_mode);
}

}  // namespace

std::string file_name(const Series& series, std::string_view day, unsigned index) {
  return fmt::format("{}_{}_{:04}{}", series.prefix, day, index, series.extension);
}

std::optional<LogFile> parse_file_name(const Series& series, const fs::path& path) {
  const std::string name = path.filename().string();
  std::string_view rest = name;
  if (!consume(rest, series.prefix) || !consume(rest, "_")) return std::nullopt;
  const auto end_of_day = rest.find('_');
  const std::string_view day = rest.substr(0, end_of_day);
  if (end_of_day != 8 || !base::parse_number(day)) return std::nullopt;
  rest.remove_prefix(end_of_day + 1);

  const auto end_of_index = rest.find('.');
  if (end_of_index < 4 || end_of_index > 9) return std::nullopt;
  const auto index = base::parse_number(rest.substr(0, end_of_index));
  if (!index) return std::nullopt;
  rest.remove_prefix(end_of_index);
  if (!consume(rest, series.extension) || (!rest.empty() && rest != ".gz")) return std::nullopt;
  return LogFile{path, std::string(day), static_cast<unsigned>(*index), !rest.empty()};
}

base::Result<std::vector<LogFile>> list_files(const fs::path& directory, const Series& series) {
  std::vector<LogFile> files;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    if (auto file = parse_file_name(series, entry->path())) files.push_back(*std::move(file));
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    errno = error.value();
    return base::fail_errno("read the log directory", directory.native());
  }
  std::ranges::sort(files, {}, [](const LogFile& file) {
    return std::tuple(file.day, file.index, !file.compressed);
  });
  return files;
}

std::vector<LogFile> without_twins(std::vector<LogFile> files) {
  const auto twins =
      std::ranges::unique(files, [](const auto& a, const auto& b) { return a.same_content_as(b); });
  files.erase(twins.begin(), twins.end());
  return files;
}

base::Result<base::Fd> lock_file(const fs::path& path, Create create) {
  const int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  base::Fd file(::open(path.c_str(), flags | (create == Create::yes ? O_CREAT | O_EXCL : 0), 0600));
  if (!file && (errno == EEXIST || errno == ENOENT || errno == ELOOP)) return base::Fd();
  if (!file) return base::fail_errno("open", path.native());
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return base::Fd();
    return base::fail_errno("lock", path.native());
  }
  if (!is_still_at(path, file)) return base::Fd();
  return file;
}

base::Result<std::uint64_t> cut_torn_tail(const base::Fd& file) {
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return base::fail_errno("look at the log file");
  auto end = static_cast<std::uint64_t>(status.st_size);
  std::array<char, 4096> block;
  while (end > 0) {
    const std::size_t size = std::min<std::uint64_t>(end, block.size());
    const auto got = ::pread(file.get(), block.data(), size, static_cast<off_t>(end - size));
    if (got != static_cast<ssize_t>(size)) return base::fail_errno("read the end of the log file");
    const auto line_end = std::string_view(block.data(), size).rfind('\n');
    if (line_end != std::string_view::npos) {
      end -= size - line_end - 1;
      break;
    }
    end -= size;
  }
  if (end != static_cast<std::uint64_t>(status.st_size) &&
      ::ftruncate(file.get(), static_cast<off_t>(end)) != 0) {
    return base::fail_errno("cut the torn last line of the log file");
  }
  return end;
}

}  // namespace audit
