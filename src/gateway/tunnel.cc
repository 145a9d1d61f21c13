// SPDX-License-Identifier: Apache-2.0
#include "gateway/tunnel.h"

#include <poll.h>

#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>

namespace gateway {
namespace {

/// Ends both connections when nothing moved on either for too long.
class TunnelSilence final : public net::Deadline {
public:
  TunnelSilence(
      net::Deadlines& owner, Wire& client, Wire& upstream, std::chrono::milliseconds limit)
      : Deadline(owner), client_(client), upstream_(upstream), limit_(limit) {
    broken();
  }

  void broken() { expire_after(limit_); }

private:
  void on_expired() override {
    client_.stream.reset();
    upstream_.stream.reset();
  }

  Wire& client_;
  Wire& upstream_;
  std::chrono::milliseconds limit_;
};

/// What both directions share; both connections stay alive as long as one of them runs.
struct Tunnel {
  Tunnel(
      net::Loop& loop,
      std::shared_ptr<Wire> client_wire,
      UpstreamPtr server,
      std::chrono::milliseconds limit)
      : client(std::move(client_wire)),
        upstream(std::move(server)),
        pipes(loop.pipes()),
        silence(loop.deadlines(), *client, upstream->wire, limit) {}

  std::shared_ptr<Wire> client;
  UpstreamPtr upstream;
  net::Pipes& pipes;
  TunnelSilence silence;
};

struct Direction {
  Direction(net::Loop& loop, std::shared_ptr<Tunnel> both, Wire& source, Wire& sink)
      : tunnel(std::move(both)),
        from(source),
        to(sink),
        ended(loop.context(), net::asio::steady_timer::time_point::max()) {}

  void moved(std::size_t count) {
    bytes += count;
    tunnel->silence.broken();
  }

  /// Whether what was read may go on.
  bool admits(std::string_view read) {
    if (!first_line) return true;
    const auto likeness = first_line->read(read);
    if (likeness == http::Likeness::no) first_line.reset();
    return likeness != http::Likeness::yes;
  }

  std::shared_ptr<Tunnel> tunnel;
  Wire& from;
  Wire& to;
  net::asio::steady_timer ended;
  std::shared_ptr<http::FirstLine> first_line{};  // as long as it is not settled
  std::uint64_t bytes = 0;
  bool running = true;
  bool by_splice = true;
};

/// Tells the other direction, however this one ends.
struct Ending {
  explicit Ending(Direction& ending) : direction(ending) {}
  Ending(const Ending&) = delete;
  Ending& operator=(const Ending&) = delete;
  ~Ending() {
    direction.running = false;
    direction.ended.cancel();
  }

  Direction& direction;
};

/// Tells how much was relayed, however that ends.
class Counting {
public:
  Counting(TunnelCount& count, const Direction& up, const Direction& down)
      : count_(count), up_(up), down_(down) {}
  Counting(const Counting&) = delete;
  Counting& operator=(const Counting&) = delete;
  ~Counting() { count_ = {.up = up_.bytes, .down = down_.bytes}; }

private:
  TunnelCount& count_;
  const Direction& up_;
  const Direction& down_;
};

enum class Passed { some, end, broken, not_by_splice };

/// Writes what was read; false when that cannot or must not be done.
net::Task<bool> write_buffer(Direction& self) {
  if (!self.admits(self.from.in.view())) co_return false;
  auto written = co_await self.to.stream.write(self.from.in.view());
  if (!written) co_return false;
  self.moved(self.from.in.view().size());
  self.from.in.consume(self.from.in.view().size());
  self.from.in.release();
  co_return true;
}

/// One read and what it takes to write it.
net::Task<Passed> pass_by_copying(Direction& self) {
  auto more = co_await self.from.fill();
  if (!more) co_return Passed::broken;
  if (!*more) co_return Passed::end;
  const bool written = co_await write_buffer(self);
  co_return written ? Passed::some : Passed::broken;
}

/// Empties a pipe from which the kernel does not write to this socket.
net::Task<Passed> copy_out(Direction& self, net::Pipe& pipe) {
  self.by_splice = false;
  while (pipe.held() != 0) {
    const ssize_t size = pipe.read(self.from.in.room());
    if (size <= 0) co_return Passed::broken;
    self.from.in.commit(static_cast<std::size_t>(size));
    const bool written = co_await write_buffer(self);
    if (!written) co_return Passed::broken;
  }
  co_return Passed::some;
}

bool would_wait() { return errno == EAGAIN || errno == EWOULDBLOCK; }

net::Task<Passed> drain(Direction& self, net::Pipe& pipe) {
  while (pipe.held() != 0) {
    const ssize_t size = pipe.drain(self.to.stream.socket().native_handle());
    if (size > 0) {
      self.moved(static_cast<std::size_t>(size));
    } else if (size < 0 && errno == EINVAL) {
      co_return co_await copy_out(self, pipe);
    } else if (size < 0 && would_wait()) {
      auto ready = co_await self.to.stream.wait_writable();
      if (!ready) co_return Passed::broken;
    } else if (size == 0 || errno != EINTR) {
      co_return Passed::broken;
    }
  }
  co_return Passed::some;
}

/// What is there, through a pipe of the kernel. A pipe is emptied before more is put into it, so
/// that "it would wait" speaks of the socket and never of a full pipe.
net::Task<Passed> pass_by_splice(Direction& self) {
  constexpr int turns = 4;  // then others on this loop
  constexpr ssize_t much = 32L << 10U;
  auto pipe = self.tunnel->pipes.take();
  if (!pipe) co_return Passed::not_by_splice;
  for (int turn = 0; turn < turns && self.by_splice; ++turn) {
    const ssize_t size = pipe->fill(self.from.stream.socket().native_handle());
    if (size == 0) co_return Passed::end;
    if (size < 0 && errno == EINVAL) {
      self.by_splice = false;
      co_return Passed::not_by_splice;
    }
    // Readable, and yet nothing comes: splice does not get past an urgent byte, reading does.
    if (size < 0 && would_wait() && turn == 0) co_return Passed::not_by_splice;
    if (size < 0) co_return would_wait() || errno == EINTR ? Passed::some : Passed::broken;
    const Passed passed = co_await drain(self, *pipe);
    if (passed != Passed::some || size < much) co_return passed;
  }
  co_return Passed::some;
}

net::Task<Passed> pass_all(Direction& self) {
  if (!self.from.in.empty()) {
    const bool written = co_await write_buffer(self);
    if (!written) co_return Passed::broken;
  }
  self.from.in.release();
  self.by_splice = self.from.stream.ssl() == nullptr && self.to.stream.ssl() == nullptr;
  auto passed = Passed::some;
  while (passed == Passed::some) {
    auto ready = co_await self.from.stream.wait_readable();
    if (!ready) co_return Passed::broken;
    passed = Passed::not_by_splice;
    if (self.by_splice && !self.first_line) passed = co_await pass_by_splice(self);
    if (passed == Passed::not_by_splice) passed = co_await pass_by_copying(self);
  }
  co_return passed;
}

net::Task<> pump(std::shared_ptr<Direction> self) {
  const Ending ending(*self);
  const auto passed = co_await pass_all(*self);
  if (passed == Passed::end) {
    self->to.stream.shutdown_send();
    co_return;
  }
  self->from.stream.reset();  // broken: the other direction must not wait for what will not come
  self->to.stream.reset();
}

bool can_read(net::Stream& stream) {
  pollfd watched{.fd = stream.socket().native_handle(), .events = POLLIN, .revents = 0};
  return ::poll(&watched, 1, 0) > 0;
}

}  // namespace

net::Task<FirstSpeaker> first_speaker(net::Loop& loop, Wire& client, Upstream& upstream) {
  namespace asio = net::asio;
  constexpr std::chrono::minutes patience{5};
  constexpr auto readable = asio::socket_base::wait_read;
  const bool greeted = !upstream.wire.in.empty();
  if (greeted) co_return can_read(client.stream) ? FirstSpeaker::client : FirstSpeaker::server;
  asio::steady_timer late(loop.context(), patience);
  auto race = asio::experimental::make_parallel_group(
      client.stream.socket().async_wait(readable, asio::deferred),
      upstream.wire.stream.socket().async_wait(readable, asio::deferred),
      late.async_wait(asio::deferred));
  const auto [order, spoken, answered, waited] =
      co_await race.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
  if (order[0] == 0 || can_read(client.stream)) co_return FirstSpeaker::client;
  co_return order[0] == 1 ? FirstSpeaker::server : FirstSpeaker::nobody;
}

net::Task<> relay(
    net::Loop& loop,
    std::shared_ptr<Wire> client,
    UpstreamPtr upstream,
    std::chrono::milliseconds silence,
    TunnelCount& count,
    std::shared_ptr<http::FirstLine> first_line) {
  for (auto* stream : {&client->stream, &upstream->wire.stream}) {
    stream->reads().never_expire();  // what limits a tunnel is its silence
    stream->writes().never_expire();
  }
  auto tunnel = std::make_shared<Tunnel>(loop, client, upstream, silence);
  auto up = std::make_shared<Direction>(loop, tunnel, *client, upstream->wire);
  up->first_line = std::move(first_line);
  auto down = std::make_shared<Direction>(loop, tunnel, upstream->wire, *client);
  const Counting counting(count, *up, *down);
  loop.tasks().spawn(pump(up));
  co_await pump(down);
  while (up->running)
    co_await up->ended.async_wait(net::as_result);
}

}  // namespace gateway
