// SPDX-License-Identifier: Apache-2.0
#pragma once
// Notices that a program gave up while it waits for an answer, so that the server is not kept
// working for nobody: a model that nobody listens to costs money.

#include <functional>

#include "net/stream.h"

namespace gateway {

/// As long as it lives, looks once a second whether `client` has gone, and then says so once.
class HangupWatch final : public net::Deadline {
public:
  HangupWatch(net::Deadlines& deadlines, net::Stream& client, std::function<void()> gone);

private:
  void on_expired() override;

  net::Stream& client_;
  std::function<void()> gone_;
};

}  // namespace gateway
