// SPDX-License-Identifier: Apache-2.0
#include "gateway/h2_connection.h"

#include <utility>

#include "base/secret.h"

namespace gateway {

H2Connection::H2Connection(
    Side side,
    std::shared_ptr<Wire> wire,
    net::Loop& loop,
    const Limits& limits,
    H2Room& room,
    OnRequest on_request)
    : wire_(std::move(wire)),
      loop_(loop),
      limits_(limits),
      room_(room),
      on_request_(std::move(on_request)),
      side_(side),
      session_(side, limits.http, limits.h2, *this),
      to_write_(loop.deadlines()),
      written_(loop.deadlines()),
      quiet_(loop.deadlines(), *this) {}

H2Connection::~H2Connection() = default;

net::Task<> H2Connection::run(std::shared_ptr<H2Connection> self, std::chrono::milliseconds idle) {
  self->idle_ = idle;
  self->writing_ = true;
  self->loop_.tasks().spawn(write(self));
  self->kick();
  self->hand_out_requests();
  co_await self->read();
  // What is queued still goes out: the peer learns why.
  self->failing_ = true;
  self->kick();
  constexpr std::chrono::seconds soon{2};
  while (self->writing_) {
    const bool done = co_await self->written_.wait(soon);
    if (!done) break;
  }
  self->ended_ = true;
  self->wire_->stream.close();
  self->kick();
  for (const auto streams = self->streams_; const auto& [id, stream] : streams) {
    if (self->streams_.contains(id)) stream->lost();
  }
}

net::Task<> H2Connection::read() {
  auto& wire = *wire_;
  for (;;) {
    if (!wire.in.empty()) {
      asked_ = false;  // whatever it is that came
      const auto understood = session_.receive(wire.in.view());
      wire.in.consume(wire.in.view().size());
      hand_out_requests();
      if (session_.wants_to_write()) kick();
      if (!understood || session_.is_over()) co_return;
    }
    set_deadline();
    listen();
    if (streams_.empty()) {
      wire.in.release();
      auto ready = co_await wire.stream.wait_readable();
      if (!ready) break;
    }
    auto more = co_await wire.fill();
    if (more && !*more) co_return;
    if (!more) break;
  }
  session_.go_away();
}

/// A connection without a stream may be idle for a while; a head that has begun must be finished,
/// however many pieces it comes in.
void H2Connection::set_deadline() {
  auto& reads = wire_->stream.reads();
  if (!session_.is_in_head())
    head_timed_ = false;
  else if (std::exchange(head_timed_, true))
    return;
  if (head_timed_)
    reads.expire_after(limits_.request_head);
  else if (streams_.empty())
    reads.expire_after(idle_);
  else
    reads.never_expire();
}

/// From now on a server that owes something may be silent for a while. It is no deadline of
/// reading: that would end a write at its side, too.
void H2Connection::listen() {
  if (side_ == Side::server) return;
  if (streams_.empty())
    quiet_.never_expire();
  else
    quiet_.expire_after(patient_ ? limits_.h2_rest : limits_.h2_silence);
}

void H2Connection::heard_of_a_stream() {
  questions_ = 0;
  patient_ = false;
}

/// What is still on its way up may keep the question from arriving: as long as the server's machine
/// takes some of it, there is somebody.
void H2Connection::was_silent() {
  if (streams_.empty() || failing_ || ended_) return;
  if (!std::exchange(asked_, true)) {
    ++questions_;
    patient_ = true;
    session_.ping();
    kick();
  } else if (!wire_->stream.is_moving(limits_.h2_sign_of_life)) {
    return wire_->stream.reset();  // wakes the reader, which ends the connection
  }
  quiet_.expire_after(limits_.h2_sign_of_life);
}

net::Task<> H2Connection::write(std::shared_ptr<H2Connection> self) {
  std::string out;
  for (;;) {
    out.clear();
    if (self->session_.write(out)) {
      auto& stream = self->wire_->stream;
      stream.writes().expire_after(self->limits_.upload_stall);
      auto sent = co_await stream.write(out);
      stream.writes().never_expire();
      if (self->side_ == Side::client) base::wipe(out.data(), out.size());  // credentials
      if (!sent) {
        stream.reset();  // wakes the reader, which ends the connection
        break;
      }
      continue;
    }
    if (self->failing_ || self->ended_) break;
    if (self->session_.is_over()) {
      self->wire_->stream.shutdown_send();
      break;
    }
    if (self->streams_.empty()) out.shrink_to_fit();
    co_await self->to_write_.wait(std::chrono::hours(24));
  }
  self->writing_ = false;
  self->written_.set();
}

/// Looks now and then: it is for the first WebSocket on a new connection.
net::Task<> H2Connection::settled() {
  constexpr std::chrono::milliseconds pace{5};
  net::asio::steady_timer pause(loop_.context());
  const auto give_up = std::chrono::steady_clock::now() + limits_.handshake;
  while (!settled_ && !ended_ && std::chrono::steady_clock::now() < give_up) {
    pause.expires_after(pace);
    co_await pause.async_wait(net::as_result);
  }
}

void H2Connection::hand_out_requests() {
  for (auto& [stream, head] : std::exchange(arrived_, {}))
    on_request_(std::move(stream), std::move(head));
}

/// A new request makes the next question urgent again, but for the third and further ones: gRPC
/// servers count those that come without an answer between them.
void H2Connection::add(H2Stream& stream) {
  constexpr int most_urgent = 2;
  streams_.emplace(stream.id(), &stream);
  if (ended_) return stream.lost();
  if (side_ == Side::server) return;
  if (streams_.size() == 1 && !head_timed_) wire_->stream.reads().never_expire();
  if (questions_ < most_urgent) patient_ = false;
  // What others ask for does not put off the question that is due already.
  if (!asked_) quiet_.expire_within(patient_ ? limits_.h2_rest : limits_.h2_silence);
}

void H2Connection::remove(H2Stream& stream) {
  streams_.erase(stream.id());
  if (side_ == Side::server) room_.streams.give(1);
  if (streams_.empty() && !ended_ && !head_timed_) wire_->stream.reads().expire_after(idle_);
  if (streams_.empty()) quiet_.never_expire();
}

H2Stream* H2Connection::find(http::StreamId id) {
  const auto found = streams_.find(id);
  return found == streams_.end() ? nullptr : found->second;
}

/// The stream is there at once: its data may come in the same bytes. Who resets streams as fast as
/// it opens them has more exchanges than streams, and gets no more of either.
void H2Connection::on_request(http::StreamId id, http::Checked<http::Request> head) {
  const bool too_many = streams_.size() >= 2UL * limits_.h2.streams;
  if (!on_request_ || too_many || !room_.streams.take(1)) {
    session_.reset(id, http::h2_error::refused_stream);
    return;
  }
  arrived_.push_back({std::make_shared<H2Stream>(shared_from_this(), id), std::move(head)});
}

void H2Connection::on_response(http::StreamId id, http::Checked<http::Response> head) {
  has_answered_ = true;
  heard_of_a_stream();
  if (auto* stream = find(id)) stream->head_came(std::move(head));
}

void H2Connection::on_data(http::StreamId id, std::string_view data) {
  heard_of_a_stream();
  if (auto* stream = find(id)) stream->data_came(data);
}

void H2Connection::on_end(http::StreamId id, http::Fields trailers) {
  if (auto* stream = find(id)) stream->end_came(std::move(trailers));
}

void H2Connection::on_drained(http::StreamId id) {
  if (auto* stream = find(id)) stream->drained();
}

void H2Connection::on_closed(http::StreamId id, std::uint32_t code) {
  if (auto* stream = find(id)) stream->closed(code);
}

}  // namespace gateway
