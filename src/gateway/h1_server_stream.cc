// SPDX-License-Identifier: Apache-2.0
#include "gateway/h1_server_stream.h"

#include "gateway/proxy_tunnel.h"
#include "http/connect.h"
#include "http/connection.h"
#include "http/h1.h"

namespace gateway {
namespace {

using Again = NoResponse::Again;

}  // namespace

bool H1ServerStream::request(const flow::Sealed& sealed) {
  out_.frame(sealed.framing());
  if (sealed.holds_secrets()) out_.is_secret();
  if (upstream_->told_urls == nullptr) {
    sealed.append_head(out_.head());
    return true;
  }
  sealed.append_head_for_proxy(out_.head());
  if (const auto& login = upstream_->told_urls->login) {
    out_.is_secret();
    http::append_proxy_login(out_.head(), {login->user.reveal(), login->password.reveal()});
  }
  return true;
}

void H1ServerStream::request_was_sent(std::chrono::milliseconds patience) {
  patience_ = patience;
  if (awaited_) upstream_->wire.stream.reads().expire_after(patience);
}

net::Task<Answered> H1ServerStream::response() {
  auto& wire = upstream_->wire;
  http::ResponseParser parser(limits_.http);
  awaited_ = true;
  if (patience_) wire.stream.reads().expire_after(*patience_);
  for (;;) {
    if (!wire.in.empty()) {
      auto parsed = parser.parse(wire.in.view());
      if (const auto* wrong = std::get_if<http::Malformed>(&parsed)) {
        co_return no_response(502, "upstream", "the server's answer is not HTTP: " + wrong->reason);
      }
      if (auto* complete = std::get_if<http::Complete<http::Response>>(&parsed)) {
        wire.in.consume(complete->consumed);
        wire.stream.reads().never_expire();
        awaited_ = false;
        stays_ = http::is_keep_alive(complete->message.version, complete->message.fields);
        if (const auto* proxy = upstream_->told_urls;
            proxy != nullptr && complete->message.status == 407) {
          co_return no_response(
              502, "proxy", "the proxy " + proxy->place() + explain_login_refusal(*proxy));
        }
        co_return std::move(complete->message);
      }
    } else {
      auto ready = co_await wire.stream.wait_readable();
      if (!ready && ready.error().kind == base::ErrorKind::timeout)
        co_return no_response(504, "timeout", "the server did not answer in time");
      if (!ready) {
        co_return no_response(
            502, "upstream", "the connection to the server was lost" + missed_by(*upstream_));
      }
    }
    const bool nothing_yet = wire.in.empty();
    auto more = co_await wire.fill();
    if (!more && more.error().kind == base::ErrorKind::timeout) {
      co_return no_response(504, "timeout", "the server did not finish its answer's head in time");
    }
    if (!more || !*more) {
      co_return no_response(
          502, "upstream",
          "the server closed the connection without answering" + missed_by(*upstream_),
          nothing_yet && upstream_->reused ? Again::if_idempotent : Again::never);
    }
  }
}

Incoming& H1ServerStream::body(http::Framing framing) {
  stays_ = stays_ && framing.kind != http::Framing::Kind::until_close;
  return in_.emplace(upstream_->wire, framing, limits_.http);
}

void H1ServerStream::finish() {
  const bool clean = stays_ && in_ && in_->state() == Incoming::State::whole;
  if (clean && upstream_->wire.in.empty()) shelf_.give_back(std::move(upstream_));
}

}  // namespace gateway
