// SPDX-License-Identifier: Apache-2.0
#pragma once
// Notices that a program gave up while it waits for an answer, so that the server is not kept
// working for nobody: a model that nobody listens to costs money.

#include "net/stream.h"

namespace gateway {

/// As long as it lives, looks once a second whether `client` has gone, and then breaks `upstream`
/// off.
class HangupWatch final : public net::Deadline {
public:
  HangupWatch(net::Deadlines& deadlines, net::Stream& client, net::Stream& upstream);

  bool has_hung_up() const { return hung_up_; }

private:
  void on_expired() override;

  net::Stream& client_;
  net::Stream& upstream_;
  bool hung_up_ = false;
};

}  // namespace gateway
