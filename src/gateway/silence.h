// SPDX-License-Identifier: Apache-2.0
#pragma once
// How long both directions of an exchange may rest at a time: a stream that is quiet one way while
// the other goes on is none that was forgotten.

#include <chrono>
#include <functional>

#include "net/deadline.h"

namespace gateway {

class Silence final : public net::Deadline {
public:
  /// `end` breaks off whoever waits for more. For one loop.
  Silence(net::Deadlines& owner, std::chrono::milliseconds limit, std::function<void()> end)
      : Deadline(owner), limit_(limit), end_(std::move(end)) {}

  /// The time counts while one of these exists: while something is to be moved.
  class Moving {
  public:
    explicit Moving(Silence& silence) : silence_(silence) {
      ++silence_.movers_;
      silence_.broken();
    }
    Moving(const Moving&) = delete;
    Moving& operator=(const Moving&) = delete;
    ~Moving() {
      if (--silence_.movers_ == 0) silence_.never_expire();
    }

  private:
    Silence& silence_;
  };

  /// Somebody writes, which has a limit of its own.
  class Writing {
  public:
    explicit Writing(Silence& silence) : silence_(silence) { ++silence_.writers_; }
    Writing(const Writing&) = delete;
    Writing& operator=(const Writing&) = delete;
    ~Writing() {
      --silence_.writers_;
      silence_.broken();
    }

  private:
    Silence& silence_;
  };

  /// It was too long.
  bool passed() const { return passed_; }

private:
  void broken() {
    if (!passed_ && movers_ > 0) expire_after(limit_);
  }
  void on_expired() override {
    if (writers_ > 0) return broken();
    passed_ = true;
    end_();
  }

  std::chrono::milliseconds limit_;
  std::function<void()> end_;
  int movers_ = 0;
  int writers_ = 0;
  bool passed_ = false;
};

/// For a wait that only a Silence ends.
inline constexpr std::chrono::hours no_limit{24 * 365};

}  // namespace gateway
