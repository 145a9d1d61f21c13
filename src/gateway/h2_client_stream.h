// SPDX-License-Identifier: Apache-2.0
#pragma once
// One request of a program on a stream of HTTP/2.

#include <memory>

#include "gateway/client_stream.h"
#include "gateway/h2_stream.h"

namespace gateway {

class H2ClientStream final : public ClientStream {
public:
  explicit H2ClientStream(std::shared_ptr<H2Stream> stream) : stream_(std::move(stream)) {}

  Incoming& body() override { return stream_->in(); }
  Outgoing& out() override { return stream_->out(); }
  bool inform(const http::Response& interim) override;
  bool respond(http::Response response, http::Framing framing, Body body) override;
  bool connect(http::Response response) override;
  bool refuse(http::Response response, std::size_t body_size) override;
  net::Task<> drain() override;
  void be_last() override {}  // one request a stream
  net::Task<> break_off() override { return break_off_by(std::nullopt); }
  net::Task<> break_off_by(std::optional<std::uint32_t> code) override;
  void watch(std::function<void()> gone) override;

private:
  std::shared_ptr<H2Stream> stream_;
};

}  // namespace gateway
