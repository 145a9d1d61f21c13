// SPDX-License-Identifier: Apache-2.0
#pragma once
// Keeps a log directory tidy from a background thread of low priority: compresses complete files,
// finishes what a process that died left behind, removes the oldest files. It may stop at any
// moment; the next one goes on.

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>

#include "audit/log_files.h"
#include "audit/rotation.h"

namespace audit {

class Housekeeper {
public:
  Housekeeper(std::filesystem::path directory, const Series& series, Rotation rotation);
  Housekeeper(const Housekeeper&) = delete;
  Housekeeper& operator=(const Housekeeper&) = delete;
  /// Breaks off what it is doing.
  ~Housekeeper();

  /// Removes old files soon, and compresses when `rest` has passed since it was last asked to:
  /// while files get full one after the other the processor has better things to do, and what would
  /// be compressed first is what goes first.
  void tidy(std::chrono::milliseconds rest = {});

private:
  void work(const std::stop_token& stop);

  const std::filesystem::path directory_;
  const Series series_;
  const Rotation rotation_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  using Clock = std::chrono::steady_clock;
  std::optional<Clock::time_point> due_;  // none: there is nothing to do
  std::jthread thread_;
};

/// Removes the oldest files.
void prune_directory(
    const std::filesystem::path& directory, const Series& series, Rotation rotation);

/// One pass over the directory: compress, then prune. A plain file whose lock can be had has no
/// writer; it is complete when it is full or not of today. Others wait for the next writer.
void tidy_directory(
    const std::filesystem::path& directory,
    const Series& series,
    Rotation rotation,
    const std::stop_token& stop);

}  // namespace audit
