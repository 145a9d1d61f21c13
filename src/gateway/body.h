// SPDX-License-Identifier: Apache-2.0
#pragma once
// Bodies as they stream by: taken from one side, seen by the record, put to the other.

#include <cstdint>
#include <string>

#include "gateway/budget.h"
#include "gateway/message.h"
#include "gateway/silence.h"

namespace gateway {

/// Counts a body and keeps its beginning for the record.
class BodyTap {
public:
  BodyTap(std::size_t keep, Budget& budget) : keep_(keep), share_(budget) {}

  void see(std::string_view data);
  std::uint64_t bytes() const { return bytes_; }
  /// What was kept, once and for all: nothing is kept any more.
  std::string take_prefix() {
    keep_ = 0;
    return std::move(prefix_);
  }
  bool truncated() const { return bytes_ > prefix_.size(); }

private:
  std::size_t keep_;
  Share share_;
  std::uint64_t bytes_ = 0;
  std::string prefix_;
};

/// How moving a body ended, and whose fault it was.
enum class Moved {
  whole,              // the body and its end have been written
  source_broke,       // the sender closed, stalled or sent what is no body
  destination_broke,  // the receiver closed or stalled
};

/// Moves one body. No buffer of its own: a piece that was taken is put at once, and back pressure
/// is in awaiting the flush before more is taken.
class BodyMover {
public:
  BodyMover(Incoming& from, Outgoing& to) : from_(from), to_(to) {}
  BodyMover(const BodyMover&) = delete;
  BodyMover& operator=(const BodyMover&) = delete;

  /// Everything that is moved is appended to `copy`, for one more try.
  void keep_copy(std::string& copy) { copy_ = &copy; }
  void keep_no_copy() { copy_ = nullptr; }

  /// Takes what has already arrived. True when that is the whole body: one flush then sends all.
  bool take_buffered();
  /// Moves the rest. The sender may pause until the `silence`, which outlives this, has passed, the
  /// receiver for as long as `stall`.
  net::Task<Moved> run(Silence& silence, std::chrono::milliseconds stall);

  /// How much has left, as far as flushing it tells.
  std::uint64_t delivered() const { return delivered_; }
  /// Why the source broke, in words; empty when it simply closed.
  const std::string& problem() const { return problem_.empty() ? from_.problem() : problem_; }

private:
  void put(std::string_view data);
  bool end();

  Incoming& from_;
  Outgoing& to_;
  std::string* copy_ = nullptr;
  std::string problem_;
  std::uint64_t put_ = 0;
  std::uint64_t delivered_ = 0;
  bool ended_ = false;
};

}  // namespace gateway
