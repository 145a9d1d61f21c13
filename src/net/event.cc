// SPDX-License-Identifier: Apache-2.0
#include "net/event.h"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/post.hpp>
#include <utility>

namespace net {

Task<bool> Event::wait(std::chrono::milliseconds limit) {
  if (!set_) {
    limit_.expire_after(limit);
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
        [this](Waiting waiting) { suspend(std::move(waiting)); }, asio::use_awaitable);
  }
  co_return std::exchange(set_, false);
}

void Event::suspend(Waiting waiting) {
  waiting_.emplace(std::move(waiting));
  if (auto slot = asio::get_associated_cancellation_slot(*waiting_); slot.is_connected())
    slot.assign([this](asio::cancellation_type) { wake(); });
}

void Event::wake() {
  if (!waiting_) return;
  limit_.never_expire();
  auto waiting = std::move(*waiting_);
  waiting_.reset();
  const auto executor = asio::get_associated_executor(waiting);
  asio::post(executor, [waiting = std::move(waiting)]() mutable {
    asio::get_associated_cancellation_slot(waiting).clear();
    std::move(waiting)();
  });
}

}  // namespace net
