// SPDX-License-Identifier: Apache-2.0
#include "audit/rotating_file.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <ranges>

#include "audit/housekeeper.h"
#include "base/clock.h"
#include "base/file.h"

namespace audit {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds rest_before_compressing{5};

/// While it lives, a write beyond the file size limit (ulimit -f) is an error and not the end of
/// the process.
class WithoutSizeSignal {
public:
  WithoutSizeSignal() {
    sigemptyset(&signal_);
    sigaddset(&signal_, SIGXFSZ);
    ::pthread_sigmask(SIG_BLOCK, &signal_, &before_);
  }
  WithoutSizeSignal(const WithoutSizeSignal&) = delete;
  WithoutSizeSignal& operator=(const WithoutSizeSignal&) = delete;
  ~WithoutSizeSignal() {
    const std::timespec at_once{};
    ::sigtimedwait(&signal_, nullptr, &at_once);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

private:
  sigset_t signal_{};
  sigset_t before_{};
};

base::Result<> write_at(const base::Fd& file, std::string_view text, std::uint64_t offset) {
  const WithoutSizeSignal guard;
  while (!text.empty()) {
    const auto done = ::pwrite(file.get(), text.data(), text.size(), static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return base::fail_errno("write the log file");
    text.remove_prefix(static_cast<std::size_t>(done));
    offset += static_cast<std::uint64_t>(done);
  }
  return {};
}

bool has_compressed_twin(const fs::path& plain) {
  std::error_code ignored;
  return fs::exists(fs::path(plain) += ".gz", ignored);
}

}  // namespace

RotatingFile::RotatingFile(fs::path directory, const Series& series, Rotation rotation)
    : directory_(std::move(directory)),
      series_(series),
      rotation_(rotation),
      housekeeper_(std::make_unique<Housekeeper>(directory_, series, rotation)) {}

RotatingFile::RotatingFile(RotatingFile&&) noexcept = default;
RotatingFile& RotatingFile::operator=(RotatingFile&&) noexcept = default;
RotatingFile::~RotatingFile() = default;

base::Result<RotatingFile> RotatingFile::open(
    fs::path directory, const Series& series, Rotation rotation) {
  TRY_VOID(base::make_directories(directory, 0700));
  RotatingFile file(std::move(directory), series, rotation);
  TRY_VOID(file.continue_a_file_of_today());
  if (!file.file_) TRY_VOID(file.begin_new_file());
  file.housekeeper_->tidy();
  return file;
}

base::Result<> RotatingFile::continue_a_file_of_today() {
  const std::string today = base::to_local_day(base::now());
  const auto files = TRY(list_files(directory_, series_));
  for (const LogFile& file : files | std::views::reverse) {
    if (file.day == today && !file.compressed) TRY_VOID(continue_file(file.path));
    if (file_) break;
  }
  return {};
}

/// Leaves it alone when somebody writes it, and when it is complete.
base::Result<> RotatingFile::continue_file(const fs::path& path) {
  base::Fd file = TRY(lock_file(path, Create::no));
  if (!file || has_compressed_twin(path)) return {};
  const std::uint64_t size = TRY(cut_torn_tail(file));
  if (size >= rotation_.max_file) return {};
  file_ = std::move(file);
  path_ = path;
  size_ = size;
  return {};
}

base::Result<> RotatingFile::begin_new_file() {
  TRY_VOID(base::make_directories(directory_, 0700));
  const std::string today = base::to_local_day(base::now());
  unsigned index = 0;
  for (const LogFile& file : TRY(list_files(directory_, series_))) {
    if (file.day == today) index = file.index + 1;
  }
  for (const unsigned first = index; index < first + 100; ++index) {
    const fs::path path = directory_ / file_name(series_, today, index);
    base::Fd file = TRY(lock_file(path, Create::yes));
    if (!file) continue;  // another process was faster
    file_ = std::move(file);
    path_ = path;
    size_ = 0;
    return {};
  }
  return base::fail(
      base::ErrorKind::unavailable,
      fmt::format("no free log file name in {}", directory_.native()));
}

/// The file may have been removed or emptied by hand.
base::Result<> RotatingFile::look_at_file() {
  struct stat status{};
  if (::fstat(file_.get(), &status) != 0) return base::fail_errno("look at", path_.native());
  if (status.st_nlink == 0) return begin_new_file();
  size_ = std::min(size_, static_cast<std::uint64_t>(status.st_size));
  return {};
}

base::Result<> RotatingFile::write(std::string_view lines) {
  TRY_VOID(look_at_file());
  if (auto written = write_at(file_, lines, size_); !written) {
    // What stays when this fails too is overwritten by the next attempt.
    [[maybe_unused]] const int cut = ::ftruncate(file_.get(), static_cast<off_t>(size_));
    return std::unexpected(std::move(written).error());
  }
  size_ += lines.size();
  if (size_ >= rotation_.max_file) rotate();
  return {};
}

/// When no new file can be made the full one goes on: better too large than lost.
void RotatingFile::rotate() {
  if (begin_new_file()) housekeeper_->tidy(rest_before_compressing);
}

}  // namespace audit
