// SPDX-License-Identifier: Apache-2.0
#include "gateway/body.h"

namespace gateway {

void BodyTap::see(std::string_view data) {
  const bool whole_so_far = !truncated();
  bytes_ += data.size();
  if (!whole_so_far) return;
  const auto kept = data.substr(0, keep_ - prefix_.size());
  if (!kept.empty() && budget_.take(kept.size())) prefix_ += kept;
}

bool BodyMover::take_buffered() {
  while (!ended_ && problem_.empty() && !to_.is_full()) {
    const auto piece = from_.take();
    if (piece.empty()) {
      if (from_.state() == Incoming::State::whole) return end();
      break;
    }
    emit(piece);
  }
  return ended_;
}

net::Task<Moved> BodyMover::run(
    std::chrono::milliseconds silence, std::chrono::milliseconds stall) {
  for (;;) {
    const bool whole = take_buffered();
    const bool full = to_.is_full();
    const bool flushed = co_await to_.flush(stall);
    if (!flushed) co_return Moved::destination_broke;
    delivered_ = tap_.bytes();
    if (whole) co_return Moved::whole;
    if (!problem_.empty()) co_return Moved::source_broke;
    if (full) continue;
    if (from_.state() == Incoming::State::broken) co_return Moved::source_broke;
    co_await from_.wait(silence);
  }
}

void BodyMover::emit(std::string_view data) {
  if (filter_ == nullptr) return put(data);
  filtered_.clear();
  filter_->feed(data, false, filtered_);
  put(filtered_);
}

void BodyMover::put(std::string_view data) {
  if (data.empty()) return;
  tap_.see(data);
  if (copy_ != nullptr) *copy_ += data;
  to_.put(data);
}

bool BodyMover::end() {
  if (filter_ != nullptr) {
    filtered_.clear();
    filter_->feed({}, true, filtered_);
    put(filtered_);
  }
  // No filter looks at trailers, so what needs one has none.
  const bool written = to_.end(filter_ == nullptr ? from_.trailers() : http::Fields{});
  if (!written) problem_ = "a trailer cannot be written";
  ended_ = written;
  return ended_;
}

}  // namespace gateway
