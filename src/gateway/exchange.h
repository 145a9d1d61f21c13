// SPDX-License-Identifier: Apache-2.0
#pragma once
// One request and its answer: judged, sent on, answered, recorded. The same for every version of
// HTTP on either side.

#include <memory>

#include "content/wiped_memory.h"
#include "gateway/client_stream.h"
#include "gateway/exchange_record.h"
#include "gateway/shared.h"
#include "gateway/upload.h"
#include "http/malformed.h"

namespace gateway {

class Exchange {
public:
  /// `client` is where the request came from and the answer goes.
  Exchange(
      const Shared& shared,
      Upstreams& upstreams,
      net::Loop& loop,
      std::shared_ptr<ClientStream> client,
      const flow::Arrival& arrival);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  net::Task<> run(http::Request head);
  /// For a head that does not parse: says why.
  net::Task<> refuse_head(http::Malformed why, http::Version version = http::Version::http_1_1);

private:
  net::Task<bool> prepare_body(flow::Cleared& cleared);
  net::Task<bool> may_still_go(const flow::Flow& flow);
  net::Task<bool> await_token(const flow::Flow& flow);
  net::Task<> refuse_body(const flow::Flow& flow);
  net::Task<> refuse(flow::Deny refusal, const flow::Flow& flow);
  net::Task<> forward(const flow::Sealed& sealed, ServerStreamPtr server);
  net::Task<> forward_whole(
      const flow::Sealed& sealed, ServerStreamPtr server, Upload& request, content::WipedText copy);
  net::Task<> forward_streaming(
      const flow::Sealed& sealed, ServerStreamPtr server, std::shared_ptr<Upload> request);
  net::Task<Answered> final_response(const flow::Sealed& sealed, ServerStream& server);
  net::Task<> open_websocket(const flow::Sealed& sealed, ServerStreamPtr server);
  net::Task<> talk(
      const flow::Sealed& sealed, ServerStreamPtr server, http::websocket::Acceptance acceptance);
  net::Task<bool> hold_answer(const flow::Flow& flow, ServerStream& server, FilteredBody& body);
  net::Task<> keep_tokens(std::vector<std::string> names);
  net::Task<> answer(
      const flow::Sealed& sealed, ServerStream& server, http::Response response, Upload& request);

  const Shared& shared_;
  Upstreams& upstreams_;
  net::Loop& loop_;
  std::shared_ptr<ClientStream> client_;
  const RulesPointer rules_;  // those it began with
  const flow::Pipeline& pipeline_;
  flow::Arrival arrival_;
  std::string method_;
  std::shared_ptr<FilteredBody> body_;         // of the request, once it is cleared
  Identity identity_;                          // with which it is sent
  bool hung_up_ = false;                       // the program gave up
  std::shared_ptr<secrets::Fetched> fetched_;  // where its credential's token is from, if anywhere
  std::uint64_t token_generation_ = 0;
  ExchangeRecord record_;
};

}  // namespace gateway
