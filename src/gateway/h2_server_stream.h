// SPDX-License-Identifier: Apache-2.0
#pragma once
// One exchange on a stream of an HTTP/2 connection to a server.

#include <chrono>
#include <memory>
#include <optional>

#include "gateway/h2_stream.h"
#include "gateway/server_stream.h"
#include "gateway/upstream.h"

namespace gateway {

class H2ServerStream final : public ServerStream {
public:
  explicit H2ServerStream(std::shared_ptr<H2Upstream> upstream) : upstream_(std::move(upstream)) {}

  flow::Reached reached() const override { return upstream_->connection->reached(); }
  const std::string& dialled() const override { return upstream_->connection->dialled; }
  http::Version version() const override { return http::Version::http_2; }

  bool request(const flow::Sealed& sealed) override;
  Outgoing& out() override { return stream_->out(); }
  void request_was_sent(std::chrono::milliseconds patience) override;
  net::Task<Answered> response() override;
  Incoming& body(http::Framing framing) override;
  net::Task<bool> carries_websocket() override;
  void finish() override {}  // the connection stays where it is
  void abort() override { abort_by(std::nullopt); }
  void abort_by(std::optional<std::uint32_t> code) override;

private:
  using Clock = std::chrono::steady_clock;

  std::chrono::milliseconds patience_left() const;

  std::shared_ptr<H2Upstream> upstream_;
  std::unique_ptr<H2Stream> stream_;                // once there is a request
  bool reused_ = false;                             // the connection had answered somebody before
  std::optional<Clock::time_point> patient_until_;  // once the request was sent
  std::chrono::milliseconds patience_{};
};

}  // namespace gateway
