// SPDX-License-Identifier: Apache-2.0
#include "gateway/tunnel.h"

#include <poll.h>

#include <algorithm>
#include <boost/asio/steady_timer.hpp>

namespace gateway {
namespace {

/// One direction; both sides stay alive as long as it runs.
struct Direction {
  std::shared_ptr<Wire> client;
  UpstreamPtr upstream;
  net::asio::steady_timer ended;
  std::uint64_t bytes = 0;
  bool running = true;
};

net::Task<> pump(
    std::shared_ptr<Direction> self, Wire& from, Wire& to, std::chrono::milliseconds silence) {
  for (;;) {
    if (from.in.empty()) {
      from.in.release();
      from.stream.reads().expire_after(silence);
      auto ready = co_await from.stream.wait_readable();
      if (!ready) break;
      auto more = co_await from.fill();
      from.stream.reads().never_expire();
      if (!more) break;
      if (!*more) {
        to.stream.shutdown_send();
        self->running = false;
        self->ended.cancel();
        co_return;
      }
    }
    to.stream.writes().expire_after(silence);
    auto written = co_await to.stream.write(from.in.view());
    to.stream.writes().never_expire();
    if (!written) break;
    self->bytes += from.in.view().size();
    from.in.consume(from.in.view().size());
  }
  from.stream.reset();  // broken: the other direction must not wait for what will not come
  to.stream.reset();
  self->running = false;
  self->ended.cancel();
}

bool can_read(net::Stream& stream) {
  pollfd watched{.fd = stream.socket().native_handle(), .events = POLLIN, .revents = 0};
  return ::poll(&watched, 1, 0) > 0;
}

}  // namespace

/// Looks now and then: it is for one greeting on a kind of connection that is rare.
net::Task<FirstSpeaker> first_speaker(net::Loop& loop, Wire& client, Upstream& upstream) {
  constexpr std::chrono::minutes patience{5};
  const auto give_up = std::chrono::steady_clock::now() + patience;
  net::asio::steady_timer pause(loop.context());
  auto length = std::chrono::milliseconds(10);
  while (std::chrono::steady_clock::now() < give_up) {
    if (can_read(client.stream)) co_return FirstSpeaker::client;
    if (!upstream.wire.in.empty() || can_read(upstream.wire.stream)) co_return FirstSpeaker::server;
    pause.expires_after(length);
    co_await pause.async_wait(net::as_result);
    length = std::min(length * 2, std::chrono::milliseconds(500));
  }
  co_return FirstSpeaker::nobody;
}

net::Task<TunnelCount> relay(
    net::Loop& loop,
    std::shared_ptr<Wire> client,
    UpstreamPtr upstream,
    std::chrono::milliseconds silence) {
  const auto never = net::asio::steady_timer::time_point::max();
  auto up =
      std::make_shared<Direction>(client, upstream, net::asio::steady_timer(loop.context(), never));
  auto down =
      std::make_shared<Direction>(client, upstream, net::asio::steady_timer(loop.context(), never));
  loop.tasks().spawn(pump(up, *client, upstream->wire, silence));
  co_await pump(down, upstream->wire, *client, silence);
  while (up->running)
    co_await up->ended.async_wait(net::as_result);
  co_return TunnelCount{.up = up->bytes, .down = down->bytes};
}

}  // namespace gateway
