// SPDX-License-Identifier: Apache-2.0
#pragma once
// Keeps a log directory tidy from a background thread of low priority: compresses complete files,
// finishes what a process that died left behind, removes the oldest files. It may stop at any
// moment; the next one goes on.

#include <condition_variable>
#include <filesystem>
#include <mutex>
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

  /// Looks at the directory soon.
  void tidy();
  /// Waits until it has nothing left to do.
  void wait();

private:
  void work(const std::stop_token& stop);

  const std::filesystem::path directory_;
  const Series series_;
  const Rotation rotation_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool wanted_ = false;
  bool busy_ = false;
  std::jthread thread_;
};

/// One pass over the directory: compress, then prune. A plain file whose lock can be had has no
/// writer; it is complete when it is full or not of today. Others wait for the next writer.
void tidy_directory(
    const std::filesystem::path& directory,
    const Series& series,
    Rotation rotation,
    const std::stop_token& stop);

}  // namespace audit
