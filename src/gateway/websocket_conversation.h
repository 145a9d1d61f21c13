// SPDX-License-Identifier: Apache-2.0
#pragma once
// A WebSocket from the moment both sides agreed: its two directions at once.

#include <memory>

#include "gateway/client_stream.h"
#include "gateway/limits.h"
#include "gateway/server_stream.h"
#include "gateway/websocket_pump.h"
#include "net/event.h"
#include "net/loop.h"

namespace gateway {

/// Owns what it moves between, so that a direction may outlive the exchange that was cut off.
class WebSocketConversation {
public:
  using Ended = WebSocketPump::Ended;

  /// `up` looks at what the program says, `down` at what the server says.
  WebSocketConversation(
      net::Loop& loop,
      std::shared_ptr<ClientStream> client,
      ServerStreamPtr server,
      const std::optional<http::websocket::DeflateAgreement>& deflate,
      WebSocketPump::MakeFilters up,
      WebSocketPump::MakeFilters down,
      const Limits& limits,
      std::size_t keep,
      Budget& taps,
      Budget& room);

  /// Until one side has ended; the other is told.
  static net::Task<> run(std::shared_ptr<WebSocketConversation> self, net::TaskGroup& tasks);

  BodyTap& tap_up() { return tap_up_; }
  BodyTap& tap_down() { return tap_down_; }
  const WebSocketPump& up() const { return up_; }
  const WebSocketPump& down() const { return down_; }
  /// Who broke it off, `client` or `server` (`timeout`: nobody said anything), and why; empty when
  /// it came to its end.
  const std::string& broken_by() const { return broken_by_; }
  const std::string& problem() const { return problem_; }
  /// Why a message was not let on, when that is what broke it off; else null.
  const flow::Deny* refusal() const { return refusal_ ? &*refusal_ : nullptr; }

private:
  static net::Task<> run_up(std::shared_ptr<WebSocketConversation> self);
  net::Task<> finish(WebSocketPump& pump, Ended ended, std::string_view sender);

  std::shared_ptr<ClientStream> client_;
  ServerStreamPtr server_;
  const Limits& limits_;
  BodyTap tap_up_;
  BodyTap tap_down_;
  WebSocketPump up_;
  Incoming& from_server_;
  WebSocketPump down_;
  Silence silence_;
  net::Event up_ended_;
  net::Event down_ended_;
  bool up_runs_ = false;
  bool over_ = false;  // one direction has ended and the other was told
  std::string broken_by_;
  std::string problem_;
  std::optional<flow::Deny> refusal_;
};

}  // namespace gateway
