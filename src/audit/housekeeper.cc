// SPDX-License-Identifier: Apache-2.0
#include "audit/housekeeper.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <optional>
#include <ranges>

#include "audit/gzip.h"
#include "base/clock.h"

namespace audit {
namespace {

namespace fs = std::filesystem;

/// Signals are for the threads that wait for them.
void become_a_background_thread() {
  sigset_t all;
  sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), 10);
}

void remove_log_file(const fs::path& path) {
  ::unlink(path.c_str());
  ::unlink((path.native() + ".gz.tmp").c_str());
}

fs::path twin_of(const LogFile& plain) { return fs::path(plain.path) += ".gz"; }

/// Waits for the next writer, who must not find it locked by us: so this is asked before locking.
bool may_be_continued(const LogFile& plain, Rotation rotation) {
  std::error_code error;
  const auto size = fs::file_size(plain.path, error);
  return !error && size < rotation.max_file && !fs::exists(twin_of(plain), error) &&
         plain.day == base::to_local_day(base::now());
}

/// Replaces a complete plain file by its `.gz`; leaves it alone when somebody writes it.
void compress_if_complete(const LogFile& plain, Rotation rotation, const std::stop_token& stop) {
  if (may_be_continued(plain, rotation)) return;
  const auto file = lock_file(plain.path, Create::no);
  if (!file || !*file) return;
  const auto size = cut_torn_tail(*file);
  if (!size || may_be_continued(plain, rotation)) return;
  const fs::path target = twin_of(plain);
  std::error_code ignored;
  const bool has_twin = fs::exists(target, ignored);
  const bool done = has_twin || *size == 0 || compress_file(*file, target, stop).has_value();
  if (done) remove_log_file(plain.path);
}

/// While it is held nobody begins to write the file; empty when somebody writes it. A compressed
/// one needs no lock.
std::optional<base::Fd> keep_writers_away(const LogFile& file) {
  if (file.compressed) return base::Fd();
  auto lock = lock_file(file.path, Create::no);
  if (!lock || !*lock) return std::nullopt;
  return *std::move(lock);
}

/// How many bytes of lines. One that cannot be read counts as full.
std::uint64_t held_by(const LogFile& file, Rotation rotation) {
  if (file.compressed) return size_before_compression(file.path).value_or(rotation.max_file);
  std::error_code error;
  const auto size = fs::file_size(file.path, error);
  return error ? rotation.max_file : size;
}

/// The number of files alone would not do: many sessions at once leave many small ones.
void prune(const std::vector<LogFile>& files, Rotation rotation) {
  if (files.size() <= rotation.keep_closed()) return;
  unsigned kept = 0;
  std::uint64_t held = 0;
  for (const LogFile& file : files | std::views::reverse) {
    const auto claim = keep_writers_away(file);
    if (!claim) continue;
    held += held_by(file, rotation);
    if (++kept > rotation.keep_closed() && held > rotation.keep_closed_bytes())
      remove_log_file(file.path);
  }
}

}  // namespace

Housekeeper::Housekeeper(fs::path directory, const Series& series, Rotation rotation)
    : directory_(std::move(directory)),
      series_(series),
      rotation_(rotation),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

Housekeeper::~Housekeeper() = default;

void Housekeeper::tidy(std::chrono::milliseconds rest) {
  const std::lock_guard lock(mutex_);
  due_ = Clock::now() + rest;
  changed_.notify_all();
}

void Housekeeper::work(const std::stop_token& stop) {
  become_a_background_thread();
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [&] { return due_.has_value(); })) {
    const auto due = due_;
    lock.unlock();
    prune_directory(directory_, series_, rotation_);
    lock.lock();
    const bool is_put_off = changed_.wait_until(lock, stop, *due, [&] { return due_ != due; });
    if (is_put_off) continue;
    due_.reset();
    lock.unlock();
    tidy_directory(directory_, series_, rotation_, stop);
    lock.lock();
  }
}

void prune_directory(const fs::path& directory, const Series& series, Rotation rotation) {
  if (const auto files = list_files(directory, series)) prune(*files, rotation);
}

void tidy_directory(
    const fs::path& directory,
    const Series& series,
    Rotation rotation,
    const std::stop_token& stop) {
  const auto files = list_files(directory, series);
  if (!files) return;
  for (const LogFile& file : *files) {
    if (stop.stop_requested()) return;
    if (!file.compressed) compress_if_complete(file, rotation, stop);
  }
  prune_directory(directory, series, rotation);
}

}  // namespace audit
