// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a coroutine of the gateway is, and who owns it.
//
// A connection lives and dies on one loop thread, so tasks need no locks. Every task has an owner:
// a `TaskGroup` counts them, cancels them all at once, and reports what a task let escape.

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstddef>
#include <functional>
#include <list>
#include <string_view>

namespace net {

namespace asio = boost::asio;

template <class T = void>
using Task = asio::awaitable<T>;

/// Completes with (error_code, values...) instead of throwing.
inline constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

/// The tasks of one loop. Used on that loop's thread only.
class TaskGroup {
public:
  using OnFault = std::function<void(std::string_view what)>;

  TaskGroup(asio::io_context& loop, OnFault on_fault)
      : loop_(loop), on_fault_(std::move(on_fault)) {}
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  /// Starts a task; it takes what it needs by value. After `cancel` a new task is dropped
  /// unstarted.
  void spawn(Task<> task);
  /// Unwinds every task: its pending wait ends, its destructors run.
  void cancel();
  std::size_t size() const { return signals_.size(); }

private:
  asio::io_context& loop_;
  OnFault on_fault_;
  std::list<asio::cancellation_signal> signals_;
  bool cancelled_ = false;
};

}  // namespace net
