// SPDX-License-Identifier: Apache-2.0
#include "gateway/hangup_watch.h"

#include <poll.h>

#include <utility>

namespace gateway {
namespace {
constexpr std::chrono::milliseconds pace{1000};
}

HangupWatch::HangupWatch(net::Deadlines& deadlines, net::Stream& client, std::function<void()> gone)
    : Deadline(deadlines), client_(client), gone_(std::move(gone)) {
  expire_after(pace);
}

/// In clear, a client may end its own direction and still wait for the answer; in TLS nobody does
/// that.
void HangupWatch::on_expired() {
  pollfd client{.fd = client_.socket().native_handle(), .events = POLLRDHUP, .revents = 0};
  ::poll(&client, 1, 0);
  const bool gone = (client.revents & (POLLHUP | POLLERR)) != 0;
  const bool ended = (client.revents & POLLRDHUP) != 0 && client_.ssl() != nullptr;
  if (gone || ended)
    gone_();
  else
    expire_after(pace);
}

}  // namespace gateway
