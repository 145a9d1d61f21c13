// SPDX-License-Identifier: Apache-2.0
#include "gateway/h1_client_stream.h"

#include "http/connection.h"
#include "http/write.h"

namespace gateway {

using http::Framing;
using http::Version;

H1ClientStream::H1ClientStream(
    std::shared_ptr<Wire> wire,
    const http::Request& head,
    net::Deadlines& deadlines,
    const Limits& limits)
    : wire_(std::move(wire)),
      deadlines_(deadlines),
      version_(head.version),
      keep_alive_(http::is_keep_alive(head.version, head.fields)),
      expects_continue_(http::expects_continue(head)),
      in_(*wire_, http::request_framing(head), limits.http),
      out_(wire_->stream) {}

H1ClientStream::H1ClientStream(
    std::shared_ptr<Wire> wire, net::Deadlines& deadlines, const Limits& limits)
    : wire_(std::move(wire)),
      deadlines_(deadlines),
      in_(*wire_, Framing::none(), limits.http),
      out_(wire_->stream) {}

bool H1ClientStream::inform(const http::Response& interim) {
  if (version_ == Version::http_1_0) return true;  // it knows no such thing
  http::Response head = interim;
  head.version = Version::http_1_1;
  http::declare_framing(head.fields, Framing::none());
  return http::append_response_head(out_.head(), head).has_value();
}

bool H1ClientStream::respond(http::Response response, Framing framing, Body body) {
  Framing to = framing;
  const bool length_is_lost = body == Body::rewritten && framing.kind == Framing::Kind::length;
  if (length_is_lost || framing.kind == Framing::Kind::until_close) to = Framing::chunked();
  if (version_ == Version::http_1_0 && to.kind == Framing::Kind::chunked)
    to = Framing::until_close();
  if (to.kind == Framing::Kind::until_close) keep_alive_ = false;
  if (framing.kind != Framing::Kind::none || response.status == 204)
    http::declare_framing(response.fields, to);
  else
    response.fields.erase("transfer-encoding");
  if (!keep_alive_)
    response.fields.set("Connection", "close");
  else if (version_ == Version::http_1_0)
    response.fields.set("Connection", "keep-alive");
  response.version = Version::http_1_1;
  out_.frame(to);
  return http::append_response_head(out_.head(), response).has_value();
}

bool H1ClientStream::connect(http::Response response) {
  keep_alive_ = false;
  in_.become_raw();
  out_.frame(Framing::until_close());
  response.status = 101;
  response.reason = "Switching Protocols";
  response.version = Version::http_1_1;
  return http::append_response_head(out_.head(), response).has_value();
}

/// After a refusal a client that waits for "100 Continue" may or may not send its body: only
/// closing is unambiguous.
bool H1ClientStream::refuse(http::Response response, std::size_t body_size) {
  if (expects_continue_) keep_alive_ = false;
  return respond(std::move(response), Framing::length(body_size), Body::as_sent);
}

net::Task<> H1ClientStream::drain() {
  constexpr std::size_t little = 1UL << 20U;
  if (!keep_alive_) co_return;
  std::size_t dropped = 0;
  for (;;) {
    for (auto piece = in_.take(); !piece.empty(); piece = in_.take())
      dropped += piece.size();
    if (in_.state() != Incoming::State::more) break;
    if (dropped > little) {
      keep_alive_ = false;
      break;
    }
    co_await in_.wait(std::chrono::seconds(5));
  }
}

net::Task<> H1ClientStream::break_off() {
  keep_alive_ = false;
  wire_->stream.reset();
  co_return;
}

void H1ClientStream::watch(std::function<void()> gone) {
  if (gone)
    hangup_.emplace(deadlines_, wire_->stream, std::move(gone));
  else
    hangup_.reset();
}

}  // namespace gateway
