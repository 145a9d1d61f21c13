// SPDX-License-Identifier: Apache-2.0
#include "audit/tail.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "audit/line_reader.h"
#include "audit/log_files.h"

namespace audit {
namespace {

constexpr std::chrono::milliseconds poll_interval{50};

/// Gives the whole lines at the front and returns how many bytes they take.
std::size_t give_lines(std::string_view text, const Tail::Sink& sink) {
  std::size_t start = 0;
  for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n', start)) {
    sink(text.substr(start, end - start));
    start = end + 1;
  }
  return start;
}

/// The offset behind the last whole line.
off_t give_new_lines(const base::Fd& file, off_t offset, const Tail::Sink& sink) {
  std::string text;
  for (off_t at = offset;;) {
    const std::size_t kept = text.size();
    text.resize(kept + read_size);
    const auto got = ::pread(file.get(), text.data() + kept, read_size, at);
    if (got <= 0) return offset;
    text.resize(kept + static_cast<std::size_t>(got));
    at += got;
    std::size_t given = give_lines(text, sink);
    if (text.size() - given > LineReader::line_limit) given = text.size();
    text.erase(0, given);
    offset += static_cast<off_t>(given);
  }
}

void give_all_lines(const std::filesystem::path& compressed, const Tail::Sink& sink) {
  auto reader = LineReader::open(compressed);
  while (const auto line = reader ? reader->next() : std::nullopt)
    sink(*line);
}

}  // namespace

Tail::Tail(std::filesystem::path directory, const Series& series)
    : directory_(std::move(directory)), series_(series) {
  for (LogFile& file : files()) {
    if (!file.compressed) continue;
    followed_.try_emplace({file.day, file.index});
    history_.push_back(std::move(file));
  }
}

/// An unreadable directory has no files for now.
std::vector<LogFile> Tail::files() const {
  auto files = list_files(directory_, series_);
  return files ? without_twins(*std::move(files)) : std::vector<LogFile>();
}

void Tail::poll(const Sink& sink) {
  for (const LogFile& file : files()) {
    const Key key(file.day, file.index);
    if (!followed_.contains(key)) followed_.emplace(key, begin(file));
  }
  for (auto& [key, followed] : followed_)
    read_on(followed, sink);
}

/// The file may have been compressed before anybody saw it.
Tail::Followed Tail::begin(const LogFile& file) {
  if (file.compressed) return {.compressed = file.path};
  base::Fd plain(::open(file.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (plain) return {.plain = std::move(plain)};
  return {.compressed = file.path.native() + ".gz"};
}

void Tail::read_on(Followed& followed, const Sink& sink) {
  if (followed.plain) {
    struct stat status{};
    if (::fstat(followed.plain.get(), &status) != 0) return;
    followed.offset = std::min(followed.offset, status.st_size);  // emptied by hand
    followed.offset = give_new_lines(followed.plain, followed.offset, sink);
    if (status.st_nlink == 0) followed.plain.reset();  // its writer was done before it was removed
  } else if (!followed.compressed.empty()) {
    give_all_lines(std::exchange(followed.compressed, {}), sink);
  }
}

bool wait_for_next_poll(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any nobody_notifies;
  std::unique_lock lock(mutex);
  nobody_notifies.wait_for(lock, stop, poll_interval, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace audit
