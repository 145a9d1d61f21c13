// SPDX-License-Identifier: Apache-2.0
#pragma once
// One request and its answer: judged, sent on, answered, recorded.

#include <memory>

#include "gateway/exchange_record.h"
#include "gateway/shared.h"
#include "gateway/upload.h"
#include "http/h1.h"

namespace gateway {

class Exchange {
public:
  /// `client` is the connection the request came on.
  Exchange(
      const Shared& shared,
      Upstreams& upstreams,
      net::Loop& loop,
      std::shared_ptr<Wire> client,
      const flow::Arrival& arrival);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  /// What may happen on the client's connection afterwards.
  enum class After { next_request, close };
  /// `head` has been taken from the client's buffer, which now begins with the body.
  net::Task<After> run(http::Request head);
  /// For a head that does not parse: says why.
  net::Task<After> refuse_head(const http::Malformed& why);

private:
  /// Why there is no response.
  struct NoResponse {
    flow::Deny refusal;
    bool silent = false;  // the server closed without a byte: a pooled connection it had given up
  };
  using Answered = std::expected<http::Response, NoResponse>;

  net::Task<After> refuse(flow::Deny refusal, const flow::Flow& flow);
  net::Task<After> forward(const flow::Sealed& sealed, UpstreamPtr upstream);
  net::Task<After> forward_whole(const flow::Sealed& sealed, UpstreamPtr upstream, Upload& request);
  net::Task<After> forward_streaming(
      const flow::Sealed& sealed, UpstreamPtr upstream, std::shared_ptr<Upload> request);
  net::Task<Answered> read_response(Wire& upstream);
  net::Task<Answered> read_final_response(Wire& upstream);
  net::Task<After> answer(
      const flow::Sealed& sealed,
      UpstreamPtr upstream,
      http::Response response,
      const Upload& request);
  net::Task<bool> drain_request();

  const Shared& shared_;
  Upstreams& upstreams_;
  net::Loop& loop_;
  std::shared_ptr<Wire> client_;
  std::shared_ptr<const flow::Pipeline> pipeline_;  // the one it began with
  flow::Arrival arrival_;
  std::string method_;
  http::Version version_ = http::Version::http_1_1;
  http::Framing framing_{};
  bool keep_alive_ = false;
  bool expects_continue_ = false;
  ExchangeRecord record_;
};

}  // namespace gateway
