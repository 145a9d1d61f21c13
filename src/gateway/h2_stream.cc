// SPDX-License-Identifier: Apache-2.0
#include "gateway/h2_stream.h"

#include <utility>

#include "gateway/h2_connection.h"

namespace gateway {
namespace {

constexpr std::size_t much = 64UL << 10U;  // queued: more is put when less is left

/// As whom it concerns on the other side is told of it. What one peer says of its connection with
/// us (its frames, windows, compression), or in codes that nobody knows, is no word about the
/// other's: for that one, something went wrong between here and there.
std::uint32_t told_onwards(std::uint32_t code) {
  namespace error = http::h2_error;
  switch (code) {
    case error::none:
    case error::stream_closed:
    case error::refused_stream:
    case error::cancel:
    case error::enhance_your_calm:
    case error::inadequate_security:
    case error::http_1_1_required:
      return code;
    default:
      return error::internal;
  }
}

}  // namespace

H2Stream::H2Stream(std::shared_ptr<H2Connection> connection, http::StreamId id)
    : connection_(std::move(connection)),
      id_(id),
      in_(*this),
      out_(*this),
      head_came_(connection_->loop().deadlines()) {
  connection_->add(*this);
}

H2Stream::~H2Stream() {
  if (!closed_) reset(http::h2_error::cancel);
  connection_->remove(*this);
}

void H2Stream::reset(std::uint32_t code) {
  if (closed_) return;
  given_up_ = true;
  connection_->session().reset(id_, code);
  connection_->kick();
}

net::Task<> H2Stream::caught_up(std::chrono::milliseconds patience) {
  connection_->kick();
  while (!closed_ && !connection_->session().is_caught_up(id_)) {
    const bool changed = co_await out_.changed_.wait(patience);
    if (!changed) break;
  }
}

net::Task<std::optional<http::Checked<http::Response>>> H2Stream::next_head(
    std::chrono::milliseconds patience) {
  while (heads_.empty() && !closed_) {
    const bool came = co_await head_came_.wait(patience);
    if (!came) break;
  }
  if (heads_.empty()) co_return std::nullopt;
  auto head = std::move(heads_.front());
  heads_.erase(heads_.begin());
  co_return head;
}

/// A server may tell a lot before it answers; what nobody has read is bounded all the same.
void H2Stream::head_came(http::Checked<http::Response> head) {
  constexpr std::size_t most_unread = 64;
  if (heads_.size() < most_unread)
    heads_.push_back(std::move(head));
  else
    reset(http::h2_error::enhance_your_calm);
  head_came_.set();
}

void H2Stream::data_came(std::string_view data) {
  if (in_.failed_) return;  // what comes behind a gap is of no use
  if (!in_.unread_.grow(data.size())) {
    in_.fail("too much has come in this sandbox that could not go on");
    return reset(http::h2_error::enhance_your_calm);
  }
  in_.arrived_ += data;
  in_.changed_.set();
}

void H2Stream::end_came(http::Fields trailers) {
  in_.ended_ = true;
  in_.trailers_ = std::move(trailers);
  in_.changed_.set();
}

void H2Stream::drained() { out_.changed_.set(); }

void H2Stream::closed(std::uint32_t code) { end_with(code, false); }

void H2Stream::lost() { end_with(http::h2_error::cancel, true); }

void H2Stream::end_with(std::uint32_t code, bool lost) {
  if (closed_) return;
  closed_ = code;
  lost_ = lost;
  if (!in_.ended_) in_.fail(lost ? "the connection was lost" : "the stream was broken off");
  in_.changed_.set();
  out_.changed_.set();
  head_came_.set();
  if (is_broken() && broken_) std::exchange(broken_, {})();
}

H2Stream::In::In(H2Stream& stream)
    : stream_(stream),
      changed_(stream.connection_->loop().deadlines()),
      unread_(stream.connection_->room().unread) {}

std::string_view H2Stream::In::take() {
  auto& connection = *stream_.connection_;
  if (!taken_.empty()) {
    connection.session().used(stream_.id_, taken_.size());
    if (connection.session().wants_to_write()) connection.kick();
    unread_.shrink(taken_.size());
    taken_.clear();
  }
  std::swap(arrived_, taken_);
  return taken_;
}

Incoming::State H2Stream::In::state() const {
  if (!arrived_.empty()) return State::more;
  if (failed_) return State::broken;
  return ended_ ? State::whole : State::more;
}

net::Task<> H2Stream::In::wait(std::chrono::milliseconds silence) {
  while (arrived_.empty() && !failed_ && !ended_) {
    const bool changed = co_await changed_.wait(silence);
    if (changed) continue;
    timed_out_ = true;
    fail("nothing came for too long");
  }
}

std::optional<std::uint32_t> H2Stream::In::broken_by() const {
  const bool by_sender = stream_.closed_ && !stream_.lost_ && !stream_.given_up_;
  if (!by_sender || (ended_ && !stream_.is_broken())) return std::nullopt;
  return told_onwards(*stream_.closed_);
}

void H2Stream::In::give_up() {
  unread_.shrink(arrived_.size());
  arrived_.clear();
  fail("it was of no more use");
}

void H2Stream::In::fail(std::string why) {
  if (std::exchange(failed_, true)) return;
  problem_ = std::move(why);
  changed_.set();
}

H2Stream::Out::Out(H2Stream& stream)
    : stream_(stream), changed_(stream.connection_->loop().deadlines()) {}

void H2Stream::Out::put(std::string_view data) {
  if (!over_) stream_.connection_->session().send(stream_.id_, data);
}

bool H2Stream::Out::end(const http::Fields& trailers) {
  if (std::exchange(over_, true)) return true;
  auto fields = http::trailers_to_h2(trailers);
  if (!fields) return false;
  stream_.connection_->session().end(stream_.id_, *std::move(fields));
  return true;
}

bool H2Stream::Out::is_full() const {
  return stream_.connection_->session().queued(stream_.id_) >= much;
}

net::Task<bool> H2Stream::Out::flush(std::chrono::milliseconds stall) {
  auto& connection = *stream_.connection_;
  connection.kick();
  for (;;) {
    if (given_up_) co_return false;
    // A stream that closed after all was sent has served its purpose.
    const std::size_t queued = connection.session().queued(stream_.id_);
    if (stream_.closed_) co_return over_&& queued == 0 && *stream_.closed_ == 0;
    // A stream that is let go before its end was written would be cancelled.
    const bool done = over_ ? connection.session().has_sent_end(stream_.id_) : queued < much;
    if (done) co_return true;
    const bool changed = co_await changed_.wait(stall);
    if (!changed && connection.session().queued(stream_.id_) == queued) co_return false;
  }
}

void H2Stream::Out::give_up() {
  given_up_ = true;
  changed_.set();
}

}  // namespace gateway
