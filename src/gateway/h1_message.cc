// SPDX-License-Identifier: Apache-2.0
#include "gateway/h1_message.h"

#include <cstring>
#include <utility>

#include "base/secret.h"
#include "http/write.h"

namespace gateway {

using http::BodyDecoder;

std::string_view H1Incoming::take() {
  wire_.in.consume(std::exchange(taken_, 0));
  while (!failed_ && decoder_.state() == BodyDecoder::State::more && !wire_.in.empty()) {
    const auto step = decoder_.feed(wire_.in.view());
    if (!step.data.empty()) {
      taken_ = step.consumed;
      return step.data;
    }
    wire_.in.consume(step.consumed);
  }
  return {};
}

Incoming::State H1Incoming::state() const {
  if (failed_ || decoder_.state() == BodyDecoder::State::malformed) return State::broken;
  return decoder_.state() == BodyDecoder::State::done ? State::whole : State::more;
}

net::Task<> H1Incoming::wait(std::chrono::milliseconds silence) {
  wire_.stream.reads().expire_after(silence);
  auto more = co_await wire_.fill();
  wire_.stream.reads().never_expire();
  if (!more) {
    timed_out_ = more.error().kind == base::ErrorKind::timeout;
    fail(std::move(more.error().message));
  } else if (!*more && decoder_.finish() != BodyDecoder::State::done) {
    fail("the body ended too early");
  }
}

bool H1Incoming::refill() {
  return !failed_ && decoder_.state() == BodyDecoder::State::more && wire_.fill_at_hand();
}

void H1Incoming::give_up() {
  fail("it was of no more use");
  boost::system::error_code ignored;
  wire_.stream.socket().cancel(ignored);
}

const std::string& H1Incoming::problem() const {
  return failed_ ? problem_ : decoder_.error().reason;
}

void H1Incoming::fail(std::string why) {
  if (std::exchange(failed_, true)) return;
  problem_ = std::move(why);
}

H1Outgoing::~H1Outgoing() { base::wipe(out_.data(), out_.size()); }

void H1Outgoing::put(std::string_view data) {
  if (chunked_) http::append_chunk_begin(out_, data.size());
  out_ += data;
  if (chunked_) http::append_chunk_end(out_);
}

bool H1Outgoing::end(const http::Fields& trailers) {
  return !chunked_ || http::append_last_chunk(out_, trailers).has_value();
}

net::Task<bool> H1Outgoing::flush(std::chrono::milliseconds stall) {
  return flush(out_.size(), stall);
}

net::Task<bool> H1Outgoing::flush_records(std::chrono::milliseconds stall) {
  const auto rest = to_.ssl() != nullptr ? out_.size() % Buffer::block : 0;
  return flush(out_.size() - rest, stall);
}

net::Task<bool> H1Outgoing::flush(std::size_t count, std::chrono::milliseconds stall) {
  if (count == 0) co_return true;
  to_.writes().expire_after(stall);
  auto written = co_await to_.write(std::string_view(out_).substr(0, count));
  to_.writes().never_expire();
  drop(count);
  co_return written.has_value();
}

void H1Outgoing::drop(std::size_t count) {
  const auto rest = out_.size() - count;
  std::memmove(out_.data(), out_.data() + count, rest);
  if (secret_) base::wipe(out_.data() + rest, count);
  out_.resize(rest);
  secret_ = secret_ && rest != 0;
}

void H1Outgoing::give_up() {
  boost::system::error_code ignored;
  to_.socket().cancel(ignored);
}

}  // namespace gateway
