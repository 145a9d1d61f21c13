// SPDX-License-Identifier: Apache-2.0
#pragma once
// One exchange on a connection of HTTP/1.1 to a server.

#include <optional>

#include "gateway/h1_message.h"
#include "gateway/server_stream.h"
#include "gateway/upstream.h"

namespace gateway {

class H1ServerStream final : public ServerStream {
public:
  /// `shelf` takes the connection back when the exchange is complete.
  H1ServerStream(UpstreamPtr upstream, Upstreams& shelf, const Limits& limits)
      : upstream_(std::move(upstream)),
        shelf_(shelf),
        limits_(limits),
        out_(upstream_->wire.stream) {}

  flow::Reached reached() const override { return upstream_->reached(); }
  const std::string& dialled() const override { return upstream_->dialled; }
  http::Version version() const override { return http::Version::http_1_1; }

  bool request(const flow::Sealed& sealed) override;
  Outgoing& out() override { return out_; }
  void request_was_sent(std::chrono::milliseconds patience) override;
  net::Task<Answered> response() override;
  Incoming& body(http::Framing framing) override;
  net::Task<bool> carries_websocket() override { co_return true; }
  void finish() override;
  void abort() override { upstream_->wire.stream.reset(); }

private:
  UpstreamPtr upstream_;
  Upstreams& shelf_;
  const Limits& limits_;
  H1Outgoing out_;
  std::optional<H1Incoming> in_;
  std::optional<std::chrono::milliseconds> patience_;  // once the request was sent
  bool awaited_ = false;                               // a head
  bool stays_ = false;                                 // the connection outlives the response
};

}  // namespace gateway
