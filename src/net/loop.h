// SPDX-License-Identifier: Apache-2.0
#pragma once
// One thread of the gateway: an event loop with its deadlines and its tasks. Loops share nothing.

#include <boost/asio/io_context.hpp>
#include <functional>
#include <thread>

#include "net/deadline.h"
#include "net/pipe.h"
#include "net/task.h"

namespace net {

class Loop {
public:
  explicit Loop(TaskGroup::OnFault on_fault);
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop();

  /// Runs on a thread of its own, with every signal blocked.
  void start(std::string_view thread_name);
  /// Runs `work` on the loop's thread.
  void post(std::function<void()> work);
  /// Cancels every task and ends the thread once they are gone.
  void stop();

  asio::io_context& context() { return context_; }
  Deadlines& deadlines() { return deadlines_; }
  TaskGroup& tasks() { return tasks_; }
  Pipes& pipes() { return pipes_; }

private:
  Pipes pipes_;                  // before the loop: what waits there may hold one
  asio::io_context context_{1};  // one thread runs it: Asio leaves out most of its locking
  Deadlines deadlines_;
  TaskGroup tasks_;
  std::thread thread_;
};

}  // namespace net
