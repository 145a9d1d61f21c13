// SPDX-License-Identifier: Apache-2.0
#pragma once
// For the tests of this folder: a loop on the test's own thread, and connections over loopback.

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/deadline.h"
#include "net/task.h"

namespace net::test {

using asio::ip::tcp;
using namespace std::chrono_literals;

/// What a connection of the gateway runs on, without a thread of its own.
class TestLoop {
public:
  TestLoop()
      : deadlines(context),
        tasks(context, [this](std::string_view what) { faults.emplace_back(what); }) {
    tasks.spawn(deadlines.run());
  }
  TestLoop(const TestLoop&) = delete;
  TestLoop& operator=(const TestLoop&) = delete;
  ~TestLoop() { stop(); }

  /// Runs everything until `task` has ended; throws what it throws.
  void run(Task<> task) {
    bool done = false;
    std::exception_ptr fault;
    asio::co_spawn(context, std::move(task), [&](std::exception_ptr escaped) {
      done = true;
      fault = std::move(escaped);
    });
    const auto give_up = std::chrono::steady_clock::now() + 10s;
    while (!done && context.run_one_until(give_up) != 0) {
    }
    if (!done) throw std::runtime_error("the test's task did not end");
    if (fault) std::rethrow_exception(fault);
  }
  /// Runs whatever is ready, for a moment.
  void settle() { context.run_for(20ms); }
  /// Cancels every task; how long it took until the loop was empty.
  std::chrono::steady_clock::duration stop() {
    const auto begin = std::chrono::steady_clock::now();
    tasks.cancel();
    context.run_for(10s);
    return std::chrono::steady_clock::now() - begin;
  }

  asio::io_context context{1};
  Deadlines deadlines;
  std::vector<std::string> faults{};
  TaskGroup tasks;
};

inline const tcp::endpoint any_port{asio::ip::address_v4::loopback(), 0};

/// Both ends of one connection.
inline std::pair<tcp::socket, tcp::socket> connected_pair(asio::io_context& context) {
  tcp::acceptor acceptor(context, any_port);
  tcp::socket client(context);
  client.connect(acceptor.local_endpoint());
  tcp::socket server = acceptor.accept();
  return {std::move(client), std::move(server)};
}

inline Task<> sleep(std::chrono::milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace net::test
