// SPDX-License-Identifier: Apache-2.0
#include "net/shared_event.h"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <utility>

namespace net {

/// The timer of a task that waits, for as long as it is there.
class SharedEvent::Waiting {
public:
  Waiting(SharedEvent& event, asio::steady_timer& timer) : event_(event) {
    const std::lock_guard lock(event_.mutex_);
    if (!event_.set_) event_.waiting_ = &timer;
    is_needed_ = !event_.set_;
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;
  ~Waiting() {
    const std::lock_guard lock(event_.mutex_);
    event_.waiting_ = nullptr;
  }

  bool is_needed() const { return is_needed_; }

private:
  SharedEvent& event_;
  bool is_needed_ = false;
};

void SharedEvent::set() {
  const std::lock_guard lock(mutex_);
  set_ = true;
  if (waiting_ == nullptr) return;
  asio::post(waiting_->get_executor(), [self = shared_from_this()] {
    const std::lock_guard wake(self->mutex_);
    if (self->waiting_ != nullptr) self->waiting_->cancel();
  });
}

Task<bool> SharedEvent::wait(std::shared_ptr<SharedEvent> event, std::chrono::milliseconds limit) {
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor, limit);
  {
    const Waiting waiting(*event, timer);
    if (waiting.is_needed()) co_await timer.async_wait(as_result);
  }
  const std::lock_guard lock(event->mutex_);
  co_return std::exchange(event->set_, false);
}

}  // namespace net
