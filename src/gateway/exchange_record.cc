// SPDX-License-Identifier: Apache-2.0
#include "gateway/exchange_record.h"

#include <algorithm>

#include "base/encoding.h"
#include "flow/secret_name.h"
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

/// Whether any value has some, at one look.
bool has_findings(const redact::Scanner& scanner, const audit::Headers& headers) {
  std::string values;
  std::vector<redact::Patterns::Part> parts;
  for (const auto& header : headers) {
    parts.push_back({.at = values.size(), .end = values.size() + header.value.size()});
    (values += header.value) += '\n';
  }
  return !scanner.find_deeply(values, parts).empty();
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
  hide_secrets();
  if (const auto written = shared_.journal.append(record_); !written)
    shared_.log.error("log", written.error().message);
}

/// What nobody looked into, because it was refused before or is an answer, and what was only noted,
/// is in no log either.
void ExchangeRecord::hide_secrets() {
  const auto& scanner = rules_->pipeline->scanner();
  if (!scanner) return;
  const auto hide = [&](std::string& text) {
    const auto findings = scanner->find_deeply(text);
    if (!findings.empty()) text = scanner->replaced(text, findings, redact::Action::log);
  };
  if (has_findings(*scanner, record_.response_headers)) {
    for (auto& header : record_.response_headers)
      hide(header.value);
  }
  hide(record_.response_body);
  const bool is_clean = notes_ && notes_->searched && notes_->redacted.empty();
  if (is_clean) return;
  hide_host(*scanner);
  hide(record_.url);
  if (const auto* rule = scanner->find_in_name(record_.method)) record_.method = rule->label;
  hide(record_.filter_reason);
  hide(record_.error);
  for (auto& header : record_.request_headers)
    hide(header.value);
  hide(record_.request_body);
}

void ExchangeRecord::hide_host(const redact::Scanner& scanner) {
  std::vector<std::string*> texts{&record_.filter_reason, &record_.error};
  for (auto& header : record_.request_headers)
    texts.push_back(&header.value);
  const std::string url = record_.url;
  texts.push_back(&record_.url);
  flow::hide_name(scanner, url, texts);
}

void ExchangeRecord::request(const flow::Flow& flow) {
  record_.method = flow.request.method;
  notes_ = flow.notes;
  if (flow.permit) record_.token = flow.permit->token_id;
  if (!flow.host.empty()) record_.url = flow.url_as_sent();
  if (flow.request.version == http::Version::http_1_0) record_.http = "1.0";
  if (flow.request.version == http::Version::http_2) record_.http = "2";
  record_.request_headers = headers_of(flow.request.fields);
  audit::mask_headers(record_.request_headers, rules_->masked_headers);
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

void ExchangeRecord::request_body(BodyTap& tap) {
  record_.bytes_up = tap.bytes();
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
  record_.response_headers = headers_of(response.fields);
  audit::mask_headers(record_.response_headers, rules_->masked_headers);
  record_.response_headers_truncated = audit::limit_headers(record_.response_headers);
}

void ExchangeRecord::response_body(BodyTap& tap) {
  record_.bytes_down = tap.bytes();
  record_.response_body_truncated = tap.truncated();
  record_.response_body = tap.take_prefix();
}

void ExchangeRecord::complete() {
  if (!failed_) record_.error.clear();
}

void ExchangeRecord::conversation(WebSocketConversation& conversation) {
  request_body(conversation.tap_up());
  response_body(conversation.tap_down());
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
