// SPDX-License-Identifier: Apache-2.0
#pragma once
// A time limit around any task. For hot paths use `Deadline`.

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <optional>

#include "net/task.h"

namespace net {

/// Runs `task` for at most `limit`; nullopt when the time ran out first. (`a || b` of Asio waits
/// for the first success, so a task that throws would be reported late; here its exception comes at
/// once.)
template <class T>
Task<std::optional<T>> within(std::chrono::milliseconds limit, Task<T> task) {
  auto executor = co_await asio::this_coro::executor;
  auto timer = asio::steady_timer(executor, limit);
  auto race = asio::experimental::make_parallel_group(
      asio::co_spawn(executor, std::move(task), asio::deferred), timer.async_wait(asio::deferred));
  auto [order, fault, value, waited] =
      co_await race.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
  if (order[0] == 1) co_return std::nullopt;
  if (fault) std::rethrow_exception(fault);
  co_return std::move(value);
}

}  // namespace net
