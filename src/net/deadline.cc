// SPDX-License-Identifier: Apache-2.0
#include "net/deadline.h"

namespace net {
namespace {
constexpr std::chrono::milliseconds tick_length{250};
}

Deadline::Deadline(Deadlines& owner) : owner_(owner), next_(owner.first_) {
  if (next_ != nullptr) next_->previous_ = this;
  owner_.first_ = this;
}

Deadline::~Deadline() {
  if (owner_.cursor_ == this) owner_.cursor_ = next_;
  if (previous_ != nullptr)
    previous_->next_ = next_;
  else
    owner_.first_ = next_;
  if (next_ != nullptr) next_->previous_ = previous_;
}

void Deadline::expire_after(std::chrono::milliseconds limit) {
  limit_ = limit;
  at_ = owner_.now_ + limit;
  expired_ = false;
}

void Deadline::expire_within(std::chrono::milliseconds limit) {
  if (at_ > owner_.now_ + limit) expire_after(limit);
}

void Deadline::renew() {
  if (at_ != Clock::time_point::max()) at_ = owner_.now_ + limit_;
}

Task<> Deadlines::run() {
  for (;;) {
    timer_.expires_after(tick_length);
    const auto [error] = co_await timer_.async_wait(as_result);
    if (error) co_return;
    tick();
  }
}

void Deadlines::tick() {
  now_ = Deadline::Clock::now();
  for (cursor_ = first_; cursor_ != nullptr;) {
    Deadline& each = *cursor_;
    cursor_ = each.next_;
    if (each.at_ > now_) continue;
    each.at_ = Deadline::Clock::time_point::max();
    each.expired_ = true;
    each.on_expired();
  }
}

}  // namespace net
