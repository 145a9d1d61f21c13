// SPDX-License-Identifier: Apache-2.0
#pragma once
// The record of an exchange while it is being made. It writes itself when it goes: also when the
// exchange was cut off.

#include <chrono>

#include "audit/record.h"
#include "gateway/body.h"
#include "gateway/shared.h"
#include "http/message.h"

namespace gateway {

class WebSocketConversation;

class ExchangeRecord {
public:
  ExchangeRecord(const Shared& shared, RulesPointer rules, const flow::Arrival& arrival);
  ExchangeRecord(const ExchangeRecord&) = delete;
  ExchangeRecord& operator=(const ExchangeRecord&) = delete;
  ~ExchangeRecord();

  const std::string& id() const { return record_.id; }
  void request(const flow::Flow& flow);
  /// The body was changed, and these fields of the head tell.
  void stale(std::vector<std::string> fields) { record_.stale = std::move(fields); }
  /// At the end of the body: what was kept of it moves into the record.
  void request_body(BodyTap& tap, const http::Fields& trailers);
  void refused(const flow::Deny& refusal);
  /// The same after some of it was sent.
  void refused_midway(const flow::Deny& refusal);
  /// With the credentials of its connection and of its head, if there are any.
  void sent(
      const std::string& dialled,
      const secrets::Injector* certificate,
      const secrets::Injector* injected);
  void dialled(const std::string& address) { record_.dial = address; }
  void response(const http::Response& response);
  void response_body(BodyTap& tap, const http::Fields& trailers);
  void conversation(WebSocketConversation& conversation);
  /// Nothing of the answer is missing. Until then it counts as cut off.
  void complete();
  void failed(std::string stage, std::string error);

private:
  audit::Headers masked(const http::Fields& fields) const;
  audit::Headers trailers_of(const http::Fields& fields) const;

  const Shared& shared_;
  const RulesPointer rules_;
  std::shared_ptr<const flow::Notes> notes_;  // still growing while the body goes up
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  audit::Record record_;
  bool skip_ = false;
  bool failed_ = false;
};

}  // namespace gateway
