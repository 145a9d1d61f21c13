// SPDX-License-Identifier: Apache-2.0
#include "gateway/websocket_conversation.h"

#include <utility>

namespace gateway {

using http::websocket::Sender;
using http::websocket::Violation;

WebSocketConversation::WebSocketConversation(
    net::Loop& loop,
    std::shared_ptr<ClientStream> client,
    ServerStreamPtr server,
    const std::optional<http::websocket::DeflateAgreement>& deflate,
    WebSocketPump::MakeFilters up,
    WebSocketPump::MakeFilters down,
    const Limits& limits,
    std::size_t keep,
    Budget& taps,
    Budget& room)
    : client_(std::move(client)),
      server_(std::move(server)),
      limits_(limits),
      tap_up_(keep, taps),
      tap_down_(keep, taps),
      up_(Sender::client, client_->body(), server_->out(), deflate, std::move(up), tap_up_, room),
      from_server_(server_->body(http::Framing::until_close())),
      down_(
          Sender::server, from_server_, client_->out(), deflate, std::move(down), tap_down_, room),
      silence_(
          loop.deadlines(),
          limits.tunnel_silence,
          [this] {
            client_->body().give_up();
            from_server_.give_up();
          }),
      up_ended_(loop.deadlines()),
      down_ended_(loop.deadlines()) {}

net::Task<> WebSocketConversation::run(
    std::shared_ptr<WebSocketConversation> self, net::TaskGroup& tasks) {
  self->up_runs_ = true;
  tasks.spawn(run_up(self));
  const Ended ended = co_await self->down_.run(self->silence_, self->limits_.upload_stall);
  co_await self->finish(self->down_, ended, "server");
  self->over_ = true;
  self->down_ended_.set();
  constexpr std::chrono::seconds soon{5};
  while (self->up_runs_) {
    self->client_->body().give_up();
    self->server_->out().give_up();
    co_await self->up_ended_.wait(soon);
  }
  self->client_->out().end({});
  co_await self->client_->out().flush(self->limits_.upload_stall);
}

net::Task<> WebSocketConversation::run_up(std::shared_ptr<WebSocketConversation> self) {
  const Ended ended = co_await self->up_.run(self->silence_, self->limits_.upload_stall);
  co_await self->finish(self->up_, ended, "client");
  // After the client's goodbye the server's is still to come, and then its end; soon.
  constexpr std::chrono::seconds patience{10};
  const bool says_goodbye = ended == Ended::closed || ended == Ended::silent;
  if (says_goodbye) co_await self->down_ended_.wait(patience);
  if (!self->over_ || ended != Ended::closed) self->server_->abort();
  self->up_runs_ = false;
  self->up_ended_.set();
}

/// A sender that broke the protocol is told why, and so is who listened to it.
net::Task<> WebSocketConversation::finish(
    WebSocketPump& pump, Ended ended, std::string_view sender) {
  if (ended == Ended::closed || std::exchange(over_, true)) co_return;
  broken_by_ = ended == Ended::destination_broke ? (sender == "client" ? "server" : "client")
                                                 : std::string(sender);
  Violation why{
      .code = http::websocket::going_away, .reason = "the other side closed the connection"};
  const bool at_fault = ended == Ended::violated || ended == Ended::refused;
  if (at_fault) why = pump.violation();
  if (ended == Ended::silent) {
    broken_by_ = "timeout";
    why.reason = "nothing was said for too long";
  }
  problem_ = why.reason;
  if (const auto* refused = pump.refusal()) refusal_ = *refused;
  WebSocketPump& back = &pump == &up_ ? down_ : up_;
  co_await pump.close(why, limits_.upload_stall);
  if (at_fault || ended == Ended::silent) co_await back.close(why, limits_.upload_stall);
}

}  // namespace gateway
