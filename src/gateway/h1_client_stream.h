// SPDX-License-Identifier: Apache-2.0
#pragma once
// One request of a program on a connection of HTTP/1.1, which it has for itself until it is
// answered.

#include <memory>
#include <optional>

#include "gateway/client_stream.h"
#include "gateway/h1_message.h"
#include "gateway/hangup_watch.h"
#include "gateway/limits.h"

namespace gateway {

class H1ClientStream final : public ClientStream {
public:
  /// `head` has been taken from the connection's buffer, which now begins with the body.
  H1ClientStream(
      std::shared_ptr<Wire> wire,
      const http::Request& head,
      net::Deadlines& deadlines,
      const Limits& limits);
  /// For a head that does not parse: nothing after it can be understood.
  H1ClientStream(std::shared_ptr<Wire> wire, net::Deadlines& deadlines, const Limits& limits);

  /// Afterwards: whether the next request may follow.
  bool may_go_on() const { return keep_alive_ && in_.state() == Incoming::State::whole; }

  Incoming& body() override { return in_; }
  Outgoing& out() override { return out_; }
  bool inform(const http::Response& interim) override;
  bool respond(http::Response response, http::Framing framing, Body body) override;
  bool connect(http::Response response) override;
  bool refuse(http::Response response, std::size_t body_size) override;
  net::Task<> drain() override;
  void be_last() override { keep_alive_ = false; }
  net::Task<> break_off() override;
  void watch(std::function<void()> gone) override;

private:
  std::shared_ptr<Wire> wire_;
  net::Deadlines& deadlines_;
  http::Version version_ = http::Version::http_1_1;
  bool keep_alive_ = false;
  bool expects_continue_ = false;
  H1Incoming in_;
  H1Outgoing out_;
  std::optional<HangupWatch> hangup_;
};

}  // namespace gateway
