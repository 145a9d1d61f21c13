// SPDX-License-Identifier: Apache-2.0
#pragma once
// The request log being written: records in, whole JSON lines out, in rotating files
// (rotating_file.h).
//
// Any thread appends: it serialises its record itself, then copies the line into a queue. One
// writer thread takes the queue as it is and writes it at once, at most `linger` later. While the
// disk refuses, lines wait in the queue and the writer tries again; when the queue is full too,
// records are lost, and a record of kind `gap` says so once writing works again. Make it after the
// last fork: it owns threads.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "audit/record.h"
#include "audit/rotating_file.h"
#include "base/result.h"

namespace audit {

/// What happens to the traffic while the log cannot be written.
enum class OnFailure { stop, carry_on };

struct JournalOptions {
  Rotation rotation{};
  OnFailure on_failure = OnFailure::stop;
  std::chrono::milliseconds linger{100};     // how long a line may wait for company
  std::chrono::milliseconds patience{2000};  // how long `append` may wait for room in the queue
  std::size_t queue_limit = std::size_t{32} << 20U;  // bytes of lines
};

class Journal {
public:
  /// Makes the directory (0700) when it is missing, and opens a file nobody else writes.
  static base::Result<std::unique_ptr<Journal>> open(
      const std::filesystem::path& directory, JournalOptions options = {});

  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;
  ~Journal();

  /// Queues the record. An error says that the log is not being written now; the record is kept all
  /// the same while the queue has room. With `carry_on` there is no error: traffic goes on and
  /// `state` tells.
  base::Result<> append(const Record& record);

  /// May traffic pass? One load; false only while writing fails and `on_failure` is `stop`.
  bool healthy() const noexcept { return healthy_.load(std::memory_order_relaxed); }

  struct State {
    bool failing = false;
    std::string reason{};        // why, while failing
    std::uint64_t appended = 0;  // records queued since the start
    std::uint64_t lost = 0;      // records that found no room
  };
  State state() const;

  /// Waits until everything appended before is in the file; an error when an attempt to write it
  /// failed.
  base::Result<> flush();

  /// Writes what is queued and stops the writer; the error says what could not be written. The
  /// destructor does the same and keeps silent.
  base::Result<> close();

private:
  Journal(RotatingFile file, JournalOptions options);
  bool wait_for_room(std::unique_lock<std::mutex>& lock, std::size_t size);
  void enqueue(std::string_view line);
  void lose_one();
  bool has_lines() const { return !queue_.empty() || !batch_.empty(); }

  void write_until_closed();
  void wait_for_lines(std::unique_lock<std::mutex>& lock);
  void write_batch(std::unique_lock<std::mutex>& lock);
  void settle_success();
  void settle_failure(std::string reason);

  const JournalOptions options_;
  RotatingFile file_;  // the writer thread's alone
  std::atomic<bool> healthy_{true};

  mutable std::mutex mutex_;
  std::condition_variable work_{};     // for the writer: lines came, or somebody wants it to hurry
  std::condition_variable written_{};  // for the others: the writer has tried
  std::string queue_{};                // lines nobody has tried to write
  std::string batch_{};                // lines being written, or waiting for another attempt
  std::uint64_t queued_ = 0;           // bytes, since the start
  std::uint64_t settled_ = 0;          // of these, written
  std::uint64_t attempts_ = 0;
  std::uint64_t lost_reported_ = 0;
  bool hurry_ = false;
  bool closing_ = false;
  bool stopped_ = false;
  State state_{};

  std::thread writer_;
};

}  // namespace audit
