// SPDX-License-Identifier: Apache-2.0
#pragma once
// What any thread makes happen and a task of one loop waits for.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <mutex>

#include "net/task.h"

namespace net {

/// Remembers that it was set until somebody has waited for it. One task waits at a time.
class SharedEvent : public std::enable_shared_from_this<SharedEvent> {
public:
  static std::shared_ptr<SharedEvent> create() {
    return std::shared_ptr<SharedEvent>(new SharedEvent());
  }
  SharedEvent(const SharedEvent&) = delete;
  SharedEvent& operator=(const SharedEvent&) = delete;

  /// Any thread; does not wait.
  void set();
  /// True once it is set, which uses it up; false when `limit` has passed first, or the task is
  /// told to end.
  static Task<bool> wait(std::shared_ptr<SharedEvent> event, std::chrono::milliseconds limit);

private:
  class Waiting;
  SharedEvent() = default;

  std::mutex mutex_;
  bool set_ = false;
  asio::steady_timer* waiting_ = nullptr;  // of the task that waits; touched on its loop only
};

}  // namespace net
