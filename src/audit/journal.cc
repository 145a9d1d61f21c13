// SPDX-License-Identifier: Apache-2.0
#include "audit/journal.h"

#include <fmt/format.h>
#include <signal.h>

#include <utility>

#include "audit/json_line.h"

namespace audit {
namespace {

using base::ErrorKind;

constexpr std::size_t batch_size = std::size_t{1} << 20U;      // worth writing without waiting
constexpr std::size_t spare_capacity = std::size_t{2} << 20U;  // kept for the next batch
constexpr std::chrono::milliseconds retry_after{250};

std::unexpected<base::Error> not_written(std::string_view reason) {
  return base::fail(
      ErrorKind::unavailable, fmt::format("the request log cannot be written: {}", reason),
      "make room on the disk that holds the log; writing goes on by itself");
}

/// Signals are for the threads that wait for them.
void block_signals() {
  sigset_t all;
  sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

std::string gap_line(std::uint64_t lost, std::string_view reason) {
  Record gap;
  gap.kind = Kind::gap;
  gap.time = base::now();
  gap.error = fmt::format("records lost: {} ({})", lost, reason);
  std::string line;
  append_json_line(line, gap);
  return line;
}

}  // namespace

base::Result<std::unique_ptr<Journal>> Journal::open(
    const std::filesystem::path& directory, JournalOptions options) {
  auto file = RotatingFile::open(directory, request_series, options.rotation);
  if (!file) return std::unexpected(std::move(file).error().while_doing("open the request log"));
  return std::unique_ptr<Journal>(new Journal(*std::move(file), options));
}

Journal::Journal(RotatingFile file, JournalOptions options)
    : options_(options), file_(std::move(file)) {
  // Before memory is scarce; what is not used takes up none.
  for (auto* lines : {&queue_, &batch_})
    lines->reserve(spare_capacity);
  writer_ = std::thread([this] { write_until_closed(); });
}

Journal::~Journal() { [[maybe_unused]] const auto closed = close(); }

base::Result<> Journal::append(const Record& record) {
  thread_local std::string line;
  line.clear();
  append_json_line(line, record);

  std::unique_lock lock(mutex_);
  if (closing_) return base::fail(ErrorKind::closed, "the request log is closed");
  if (wait_for_room(lock, line.size())) {
    enqueue(line);
    ++state_.appended;
  } else {
    lose_one();
  }
  if (options_.on_failure == OnFailure::carry_on) return {};
  if (state_.failing) return not_written(state_.reason);
  return {};
}

/// False when the writer fails, or is too slow, and the queue is full. A line larger than the whole
/// queue fits into an empty one.
bool Journal::wait_for_room(std::unique_lock<std::mutex>& lock, std::size_t size) {
  const auto fits = [&] {
    const std::size_t waiting = queue_.size() + batch_.size();
    return waiting == 0 || waiting + size <= options_.queue_limit;
  };
  if (!fits() && !state_.failing) {
    written_.wait_for(lock, options_.patience, [&] { return fits() || state_.failing; });
  }
  return fits();
}

void Journal::enqueue(std::string_view line) {
  const bool was_empty = queue_.empty();
  const bool was_small = queue_.size() < batch_size;
  queue_ += line;
  queued_ += line.size();
  if (was_empty || (was_small && queue_.size() >= batch_size)) work_.notify_one();
}

void Journal::lose_one() {
  ++state_.lost;
  if (!state_.failing) settle_failure("the disk is too slow");
}

Journal::State Journal::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

base::Result<> Journal::flush() {
  std::unique_lock lock(mutex_);
  const std::uint64_t target = queued_;
  const std::uint64_t attempts_before = attempts_;
  hurry_ = true;
  work_.notify_one();
  written_.wait(lock, [&] {
    return settled_ >= target || stopped_ || (state_.failing && attempts_ > attempts_before);
  });
  if (settled_ < target) return not_written(state_.reason);
  return {};
}

base::Result<> Journal::close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    work_.notify_one();
  }
  if (writer_.joinable()) writer_.join();
  if (settled_ < queued_ || state_.lost > lost_reported_) return not_written(state_.reason);
  return {};
}

// ---- the writer's thread

void Journal::write_until_closed() {
  block_signals();
  std::unique_lock lock(mutex_);
  for (;;) {
    wait_for_lines(lock);
    if (has_lines()) write_batch(lock);
    written_.notify_all();
    if (closing_ && (state_.failing || !has_lines())) break;
  }
  stopped_ = true;
  written_.notify_all();
}

void Journal::wait_for_lines(std::unique_lock<std::mutex>& lock) {
  const auto in_a_hurry = [&] { return hurry_ || closing_; };
  work_.wait(lock, [&] { return in_a_hurry() || has_lines(); });
  if (state_.failing) {
    work_.wait_for(lock, retry_after, in_a_hurry);
  } else {
    const auto is_worth_it = [&] { return in_a_hurry() || queue_.size() >= batch_size; };
    work_.wait_for(lock, options_.linger, is_worth_it);
  }
  hurry_ = false;
}

/// A batch that failed is tried again as it was, before what came later.
void Journal::write_batch(std::unique_lock<std::mutex>& lock) {
  if (batch_.empty()) batch_.swap(queue_);
  lock.unlock();
  auto written = file_.write(batch_);
  lock.lock();
  ++attempts_;
  if (written)
    settle_success();
  else
    settle_failure(written.error().message);
}

void Journal::settle_failure(std::string reason) {
  state_.failing = true;
  state_.reason = std::move(reason);
  if (options_.on_failure == OnFailure::stop) healthy_ = false;
}

void Journal::settle_success() {
  settled_ += batch_.size();
  batch_.clear();
  if (batch_.capacity() > spare_capacity) {
    batch_.shrink_to_fit();
    batch_.reserve(spare_capacity);
  }
  if (state_.lost > lost_reported_) {
    enqueue(gap_line(state_.lost - lost_reported_, state_.reason));
    lost_reported_ = state_.lost;
  }
  state_.failing = false;
  state_.reason.clear();
  healthy_ = true;
}

}  // namespace audit
