// SPDX-License-Identifier: Apache-2.0
#include "gateway/body.h"

namespace gateway {

void BodyTap::see(std::string_view data) {
  const bool whole_so_far = !truncated();
  bytes_ += data.size();
  if (!whole_so_far) return;
  const auto kept = data.substr(0, keep_ - prefix_.size());
  if (!kept.empty() && share_.grow(kept.size())) prefix_ += kept;
}

bool BodyMover::take_buffered() {
  while (!ended_ && problem_.empty() && !to_.is_full()) {
    const auto piece = from_.take();
    if (piece.empty()) {
      if (from_.state() == Incoming::State::whole) return end();
      const bool goes_on = from_.state() == Incoming::State::more && to_.wants_more();
      if (goes_on && from_.refill()) continue;
      break;
    }
    put(piece);
  }
  return ended_;
}

net::Task<Moved> BodyMover::run(Silence& silence, std::chrono::milliseconds stall) {
  const Silence::Moving moving(silence);
  for (;;) {
    const bool whole = take_buffered();
    const bool full = to_.is_full();
    const bool goes_on = full && !whole && problem_.empty();
    bool flushed = false;
    {
      const Silence::Writing writing(silence);
      flushed = co_await (goes_on ? to_.flush_records(stall) : to_.flush(stall));
    }
    if (!flushed) co_return Moved::destination_broke;
    if (goes_on) continue;
    delivered_ = put_;
    if (whole) co_return Moved::whole;
    if (!problem_.empty()) co_return Moved::source_broke;
    if (from_.state() == Incoming::State::broken) {
      if (silence.passed()) problem_ = "nothing moved in either direction for too long";
      co_return Moved::source_broke;
    }
    co_await from_.wait(no_limit);
  }
}

void BodyMover::put(std::string_view data) {
  put_ += data.size();
  if (copy_ != nullptr) *copy_ += data;
  to_.put(data);
}

bool BodyMover::end() {
  const bool written = to_.end(from_.trailers());
  if (!written) problem_ = "a trailer cannot be written";
  ended_ = written;
  return ended_;
}

}  // namespace gateway
