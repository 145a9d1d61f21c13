// SPDX-License-Identifier: Apache-2.0
// What a relayed GB costs the loop's thread: through pipes of the kernel, and by copying.

#include <benchmark/benchmark.h>
#include <sys/socket.h>

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <ctime>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <thread>

#include "gateway/tunnel.h"
#include "net/loop.h"

namespace {

using net::asio::ip::tcp;

net::Task<> run(
    net::Loop& loop, std::shared_ptr<gateway::Wire> client, gateway::UpstreamPtr upstream) {
  gateway::TunnelCount count;
  co_await gateway::relay(
      loop, std::move(client), std::move(upstream), std::chrono::milliseconds(60'000), count);
}

void on(net::Loop& loop, const std::function<void()>& work) {
  std::atomic<bool> done = false;
  loop.post([&] {
    work();
    done = true;
    done.notify_one();
  });
  done.wait(false);
}

double processor_time(net::Loop& loop) {
  timespec time{};
  on(loop, [&] { ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time); });
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

std::pair<tcp::socket, tcp::socket> connected(net::Loop& loop) {
  tcp::acceptor acceptor(loop.context(), {net::asio::ip::address_v4::loopback(), 0});
  tcp::socket outer(loop.context());
  outer.connect(acceptor.local_endpoint());
  tcp::socket inner = acceptor.accept();
  return {std::move(outer), std::move(inner)};
}

enum class Way { splice, copy };

void relay(benchmark::State& state, Way way) {
  constexpr std::size_t bytes = 1UL << 30U;
  const auto message = static_cast<std::size_t>(state.range(0));
  net::Loop loop([](std::string_view) {});
  std::list<std::unique_ptr<net::Pipes::Lease>> all;  // none is left for the tunnel
  for (bool more = way == Way::copy; more; more = static_cast<bool>(*all.back()))
    all.emplace_back(new net::Pipes::Lease(loop.pipes().take()));  // it cannot be moved
  loop.start("relay");
  auto [client, inner_client] = connected(loop);
  auto [server, inner_server] = connected(loop);
  auto wire = std::make_shared<gateway::Wire>(std::move(inner_client), loop.deadlines());
  auto upstream = std::make_shared<gateway::Upstream>(std::move(inner_server), loop.deadlines());
  on(loop, [&] { loop.tasks().spawn(run(loop, std::move(wire), std::move(upstream))); });
  const double before = processor_time(loop);
  for (auto _ : state) {
    const std::jthread sender([&, fd = client.native_handle()] {
      const std::string text(message, 'x');
      for (std::size_t sent = 0; sent < bytes;) {
        const ssize_t size = ::send(fd, text.data(), std::min(text.size(), bytes - sent), 0);
        if (size <= 0) return;
        sent += static_cast<std::size_t>(size);
      }
    });
    std::string sink(256UL << 10U, '\0');
    for (std::size_t got = 0; got < bytes;) {
      const ssize_t size = ::recv(server.native_handle(), sink.data(), sink.size(), MSG_TRUNC);
      if (size <= 0) break;
      got += static_cast<std::size_t>(size);
    }
  }
  const auto gigabytes = static_cast<double>(state.iterations()) * static_cast<double>(bytes) / 1e9;
  state.counters["cpu_s/GB"] = (processor_time(loop) - before) / gigabytes;
  loop.stop();
}

}  // namespace

BENCHMARK_CAPTURE(relay, splice, Way::splice)->Arg(16 << 10)->Arg(256 << 10)->UseRealTime();
BENCHMARK_CAPTURE(relay, copy, Way::copy)->Arg(16 << 10)->Arg(256 << 10)->UseRealTime();
