// SPDX-License-Identifier: Apache-2.0
#pragma once
// Bodies as they stream by: taken out of one framing, through a filter if there is one, into
// another. One buffer; back pressure by awaiting the write before the next read.

#include <atomic>
#include <cstdint>
#include <string>

#include "base/secret.h"
#include "flow/stage.h"
#include "gateway/wire.h"
#include "http/body_decoder.h"

namespace gateway {

/// What the taps of a gateway may keep together, so that many stalled bodies do not fill the
/// memory. Any thread.
class TapBudget {
public:
  explicit TapBudget(std::size_t bytes) : left_(static_cast<std::int64_t>(bytes)) {}

  /// All of it, or nothing.
  bool take(std::size_t bytes) {
    const auto wanted = static_cast<std::int64_t>(bytes);
    if (left_.fetch_sub(wanted, std::memory_order_relaxed) >= wanted) return true;
    give(bytes);
    return false;
  }
  void give(std::size_t bytes) {
    left_.fetch_add(static_cast<std::int64_t>(bytes), std::memory_order_relaxed);
  }

private:
  std::atomic<std::int64_t> left_;
};

/// Counts a body and keeps its beginning for the record.
class BodyTap {
public:
  BodyTap(std::size_t keep, TapBudget& budget) : keep_(keep), budget_(budget) {}
  BodyTap(const BodyTap&) = delete;
  BodyTap& operator=(const BodyTap&) = delete;
  ~BodyTap() { budget_.give(prefix_.size()); }

  void see(std::string_view data);
  std::uint64_t bytes() const { return bytes_; }
  const std::string& prefix() const { return prefix_; }
  bool truncated() const { return bytes_ > prefix_.size(); }

private:
  std::size_t keep_;
  TapBudget& budget_;
  std::uint64_t bytes_ = 0;
  std::string prefix_;
};

/// How moving a body ended, and whose fault it was.
enum class Moved {
  whole,              // the body and its end have been written
  source_broke,       // the sender closed, stalled or sent what is no body
  destination_broke,  // the receiver closed or stalled
};

/// Moves one body. `out` holds what is to be written before it (a head) and serves as the buffer.
class BodyMover {
public:
  BodyMover(
      Wire& from, http::BodyDecoder decoder, net::Stream& to, http::Framing framing, BodyTap& tap)
      : from_(from), decoder_(std::move(decoder)), to_(to), framing_(framing), tap_(tap) {}
  BodyMover(const BodyMover&) = delete;
  BodyMover& operator=(const BodyMover&) = delete;
  /// What it moved may have been a credential.
  ~BodyMover() { base::wipe(out_.data(), out_.size()); }

  /// The filter outlives the move.
  void filter_with(flow::BodyFilter& filter) { filter_ = &filter; }
  void head(std::string_view head) { out_ += head; }

  /// Takes what has already arrived. True when that is the whole body: one write then sends all.
  bool take_buffered();
  /// Everything taken and not yet written; for a caller that writes it itself.
  const std::string& pending() const { return out_; }
  /// Moves the rest; `silence` is how long the sender may pause, `stall` how long the receiver may.
  net::Task<Moved> run(std::chrono::milliseconds silence, std::chrono::milliseconds stall);

  /// Has `run` end at its next step.
  void stop() { source_failed("it was of no more use"); }

  /// Why the source broke, in words; empty when it simply closed.
  const std::string& problem() const { return problem_; }
  bool source_timed_out() const { return timed_out_; }
  /// Whether the receiver has been given anything.
  bool anything_written() const { return written_; }

private:
  void emit(std::string_view data);
  void put(std::string_view data);
  bool end();
  bool source_failed(std::string why);

  Wire& from_;
  http::BodyDecoder decoder_;
  net::Stream& to_;
  http::Framing framing_;
  BodyTap& tap_;
  flow::BodyFilter* filter_ = nullptr;
  std::string out_;
  std::string filtered_;
  std::string problem_;
  bool ended_ = false;
  bool failed_ = false;
  bool timed_out_ = false;
  bool written_ = false;
};

}  // namespace gateway
