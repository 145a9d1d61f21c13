// SPDX-License-Identifier: Apache-2.0
#include "gateway/exchange_record.h"

#include <algorithm>

#include "base/encoding.h"
#include "gateway/record_mask.h"
#include "gateway/websocket_conversation.h"

namespace gateway {
namespace {

audit::Headers headers_of(const http::Fields& fields) {
  audit::Headers out;
  out.reserve(fields.size());
  for (const auto& field : fields)
    out.push_back({field.name, field.value});
  return out;
}

std::string subject_of(const flow::Flow& flow, policy::Scope scope) {
  switch (scope) {
    case policy::Scope::host:
      return flow.host;
    case policy::Scope::path:
      return flow.path;
    case policy::Scope::url:
      return flow.url();
  }
  return {};
}

}  // namespace

ExchangeRecord::ExchangeRecord(
    const Shared& shared, RulesPointer rules, const flow::Arrival& arrival)
    : shared_(shared), rules_(std::move(rules)) {
  record_.kind = audit::Kind::exchange;
  record_.time = base::now();
  record_.id = base::uuid_v7();
  record_.session_id = shared.session_id;
  record_.sandbox = shared.sandbox;
  record_.http = "1.1";
  record_.url = std::string(arrival.tls ? "https://" : "http://") + arrival.host + "/";
  record_.error = "cut off";
}

ExchangeRecord::~ExchangeRecord() {
  if (skip_) return;
  record_.duration = std::chrono::steady_clock::now() - began_;
  if (notes_) {
    record_.substituted = notes_->substituted;
    record_.kept = notes_->kept;
    if (notes_->redaction) record_.redaction_action = redact::name_of(*notes_->redaction);
    record_.redaction_matches = notes_->redacted;
    record_.where.insert(record_.where.end(), notes_->where.begin(), notes_->where.end());
  }
  const bool is_clean = notes_ && notes_->searched && notes_->redacted.empty();
  RecordMask(*rules_->pipeline)
      .hide(record_, is_clean ? RecordMask::Request::clean : RecordMask::Request::unsure);
  if (const auto written = shared_.journal.append(record_); !written)
    shared_.log.error("log", written.error().message);
}

audit::Headers ExchangeRecord::masked(const http::Fields& fields) const {
  auto headers = headers_of(fields);
  audit::mask_headers(headers, rules_->masked_headers);
  return headers;
}

/// Those that are too much for a record are left out.
audit::Headers ExchangeRecord::trailers_of(const http::Fields& fields) const {
  auto trailers = masked(fields);
  audit::limit_headers(trailers);
  return trailers;
}

void ExchangeRecord::request(const flow::Flow& flow) {
  record_.method = flow.request.method;
  notes_ = flow.notes;
  if (flow.permit) record_.token = flow.permit->token_id;
  if (!flow.host.empty()) record_.url = flow.url_as_sent();
  if (flow.request.version == http::Version::http_1_0) record_.http = "1.0";
  if (flow.request.version == http::Version::http_2) record_.http = "2";
  record_.request_headers = masked(flow.request.fields);
  record_.request_headers_truncated = audit::limit_headers(record_.request_headers);
  if (!flow.decision.reason.empty()) {
    record_.filter_action = policy::name_of(flow.decision.action);
    record_.filter_reason = flow.decision.reason;
    if (flow.decision.rule != nullptr) record_.rule = flow.decision.rule->spec().origin.to_string();
  }
  if (flow.leaves_answer_unsearched()) record_.scrub = policy::name_of(policy::Scrub::headers);
  skip_ = std::any_of(
      rules_->log_skip.begin(), rules_->log_skip.end(), [&](const policy::Pattern& pattern) {
        return pattern.matches(subject_of(flow, pattern.scope()));
      });
}

void ExchangeRecord::request_body(BodyTap& tap, const http::Fields& trailers) {
  record_.bytes_up = tap.bytes();
  record_.request_trailers = trailers_of(trailers);
  record_.request_body_truncated = tap.truncated();
  record_.request_body = tap.take_prefix();
}

void ExchangeRecord::refused(const flow::Deny& refusal) {
  record_.status = refusal.status;
  record_.stage = refusal.stage;
  record_.error = refusal.stage == "filter" ? std::string() : refusal.reason;
}

void ExchangeRecord::refused_midway(const flow::Deny& refusal) {
  failed(refusal.stage, refusal.reason);
}

void ExchangeRecord::sent(
    const std::string& dialled,
    const secrets::Injector* certificate,
    const secrets::Injector* injected) {
  record_.dial = dialled;
  for (const auto* credential : {certificate, injected}) {
    if (credential == nullptr) continue;
    record_.injected.push_back(credential->name());
    record_.where.push_back(credential->name() + " " + credential->slot().to_string());
  }
}

void ExchangeRecord::response(const http::Response& response) {
  record_.status = response.status;
  record_.response_headers = masked(response.fields);
  record_.response_headers_truncated = audit::limit_headers(record_.response_headers);
}

void ExchangeRecord::response_body(BodyTap& tap, const http::Fields& trailers) {
  record_.bytes_down = tap.bytes();
  record_.response_trailers = trailers_of(trailers);
  record_.response_body_truncated = tap.truncated();
  record_.response_body = tap.take_prefix();
}

void ExchangeRecord::complete() {
  if (!failed_) record_.error.clear();
}

void ExchangeRecord::conversation(WebSocketConversation& conversation) {
  request_body(conversation.tap_up(), {});
  response_body(conversation.tap_down(), {});
  record_.frames_up = conversation.up().frames();
  record_.frames_down = conversation.down().frames();
  if (const auto* refusal = conversation.refusal())
    refused_midway(*refusal);
  else if (conversation.broken_by().empty())
    complete();
  else
    failed(conversation.broken_by(), conversation.problem());
}

void ExchangeRecord::failed(std::string stage, std::string error) {
  failed_ = true;
  record_.stage = std::move(stage);
  record_.error = std::move(error);
}

}  // namespace gateway
