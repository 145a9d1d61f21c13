// SPDX-License-Identifier: Apache-2.0
#pragma once
// What one task waits for and another makes happen, both on one loop.
//
// A request over HTTP/2 has half a dozen of these, so none is a timer of the reactor: what waits is
// kept here, and posted to its loop when it is to go on.

#include <chrono>
#include <optional>

#include "net/deadline.h"
#include "net/task.h"

namespace net {

/// Remembers that it was set until somebody has waited for it. One task waits at a time.
class Event {
public:
  explicit Event(Deadlines& deadlines) : limit_(deadlines, *this) {}
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  void set() {
    set_ = true;
    wake();
  }
  /// True once it is set, which uses it up; false when `limit` has passed first, or the task is
  /// told to end.
  Task<bool> wait(std::chrono::milliseconds limit);

private:
  using Waiting = asio::async_result<asio::use_awaitable_t<>, void()>::handler_type;

  class Limit final : public Deadline {
  public:
    Limit(Deadlines& owner, Event& event) : Deadline(owner), event_(event) {}

  private:
    void on_expired() override { event_.wake(); }
    Event& event_;
  };

  void suspend(Waiting waiting);
  /// Has the task go on, if one waits.
  void wake();

  Limit limit_;
  std::optional<Waiting> waiting_;
  bool set_ = false;
};

}  // namespace net
