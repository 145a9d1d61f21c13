// SPDX-License-Identifier: Apache-2.0
#include "net/event.h"

#include <utility>

namespace net {

Task<bool> Event::wait(std::chrono::milliseconds limit) {
  if (!set_) {
    timer_.expires_after(limit);
    waiting_ = true;
    co_await timer_.async_wait(as_result);
    waiting_ = false;
  }
  co_return std::exchange(set_, false);
}

}  // namespace net
