// SPDX-License-Identifier: Apache-2.0
#include "gateway/body.h"

#include <algorithm>

#include "http/write.h"

namespace gateway {

void BodyTap::see(std::string_view data) {
  const bool whole_so_far = !truncated();
  bytes_ += data.size();
  if (!whole_so_far) return;
  const auto kept = data.substr(0, keep_ - prefix_.size());
  if (!kept.empty() && budget_.take(kept.size())) prefix_ += kept;
}

bool BodyMover::take_buffered() {
  while (!ended_ && !failed_) {
    if (decoder_.state() == http::BodyDecoder::State::malformed)
      return source_failed(decoder_.error().reason);
    if (decoder_.state() == http::BodyDecoder::State::done) return end();
    if (from_.in.empty() || out_.size() >= Buffer::block * 4) return false;
    const auto step = decoder_.feed(from_.in.view());
    emit(step.data);
    from_.in.consume(step.consumed);
  }
  return ended_;
}

net::Task<Moved> BodyMover::run(
    std::chrono::milliseconds silence, std::chrono::milliseconds stall) {
  for (;;) {
    const bool whole = take_buffered();
    if (!out_.empty()) {
      to_.writes().expire_after(stall);
      auto written = co_await to_.write(out_);
      to_.writes().never_expire();
      if (!written) co_return Moved::destination_broke;
      written_ = true;
      out_.clear();
    }
    if (whole) co_return Moved::whole;
    if (failed_) co_return Moved::source_broke;
    if (!from_.in.empty()) continue;

    from_.stream.reads().expire_after(silence);
    auto more = co_await from_.fill();
    from_.stream.reads().never_expire();
    if (!more) {
      timed_out_ = more.error().kind == base::ErrorKind::timeout;
      source_failed(more.error().message);
    } else if (!*more && decoder_.finish() != http::BodyDecoder::State::done) {
      source_failed("the body ended too early");
    }
  }
}

void BodyMover::emit(std::string_view data) {
  if (data.empty()) return;
  if (filter_ == nullptr) return put(data);
  filtered_.clear();
  filter_->feed(data, false, filtered_);
  put(filtered_);
}

void BodyMover::put(std::string_view data) {
  if (data.empty()) return;
  tap_.see(data);
  const bool chunked = framing_.kind == http::Framing::Kind::chunked;
  if (chunked) http::append_chunk_begin(out_, data.size());
  out_ += data;
  if (chunked) http::append_chunk_end(out_);
}

bool BodyMover::end() {
  if (filter_ != nullptr) {
    filtered_.clear();
    filter_->feed({}, true, filtered_);
    put(filtered_);
  }
  if (framing_.kind == http::Framing::Kind::chunked) {
    // No filter looks at trailers, so what needs one has none.
    const http::Fields trailers = filter_ == nullptr ? decoder_.trailers() : http::Fields{};
    if (!http::append_last_chunk(out_, trailers))
      return source_failed("a trailer cannot be written");
  }
  ended_ = true;
  return true;
}

bool BodyMover::source_failed(std::string why) {
  failed_ = true;
  problem_ = std::move(why);
  return false;
}

}  // namespace gateway
