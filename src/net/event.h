// SPDX-License-Identifier: Apache-2.0
#pragma once
// What one task waits for and another makes happen, both on one loop.

#include <boost/asio/steady_timer.hpp>
#include <chrono>

#include "net/task.h"

namespace net {

/// Remembers that it was set until somebody has waited for it. One task waits at a time.
class Event {
public:
  explicit Event(asio::io_context& loop) : timer_(loop) {}
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  void set() {
    set_ = true;
    if (waiting_) timer_.cancel();
  }
  /// True once it is set, which uses it up; false when `limit` has passed first.
  Task<bool> wait(std::chrono::milliseconds limit);

private:
  asio::steady_timer timer_;
  bool set_ = false;
  bool waiting_ = false;
};

}  // namespace net
