// SPDX-License-Identifier: Apache-2.0
#include "gateway/connection_record.h"

#include <array>

#include "base/encoding.h"
#include "flow/secret_name.h"

namespace gateway {
namespace {

std::string_view scheme_of(std::string_view method) {
  if (method == "CONNECT") return "https://";
  return method == "UDP" ? "udp://" : "tcp://";
}

std::string url_of(const std::string& method, const flow::Arrival& arrival) {
  const bool v6 = arrival.host.find(':') != std::string::npos;
  const std::string host = v6 ? "[" + arrival.host + "]" : arrival.host;
  return std::string(scheme_of(method)) + host + ":" + std::to_string(arrival.port);
}

}  // namespace

ConnectionRecord::ConnectionRecord(
    const Shared& shared, const std::string& method, const flow::Arrival& arrival)
    : ConnectionRecord(shared, method, url_of(method, arrival)) {
  record_.kind = audit::Kind::connection;
}

ConnectionRecord::ConnectionRecord(const Shared& shared, std::string method, std::string url)
    : shared_(shared) {
  record_.kind = method == "DNS" ? audit::Kind::dns : audit::Kind::refusal;
  record_.time = base::now();
  record_.id = base::uuid_v7();
  record_.session_id = shared.session_id;
  record_.sandbox = shared.sandbox;
  record_.method = std::move(method);
  record_.url = std::move(url);
}

ConnectionRecord::~ConnectionRecord() {
  if (forgotten_) return;
  record_.bytes_up = count_.up;
  record_.bytes_down = count_.down;
  record_.frames_up = datagrams_.up;
  record_.frames_down = datagrams_.down;
  record_.duration = std::chrono::steady_clock::now() - began_;
  hide_secrets();
  if (const auto written = shared_.journal.append(record_); !written)
    shared_.log.error("log", written.error().message);
}

void ConnectionRecord::hide_secrets() {
  const auto rules = shared_.rules->get();
  const auto& scanner = rules->pipeline->scanner();
  if (!scanner) return;
  const std::string url = record_.url;
  flow::hide_name(*scanner, url, std::array{&record_.url, &record_.filter_reason, &record_.error});
  for (auto* text : {&record_.filter_reason, &record_.error})
    *text = scanner->replaced(*text, scanner->find_deeply(*text), redact::Action::log);
}

void ConnectionRecord::decided(const policy::Decision& decision) {
  record_.filter_action = policy::name_of(decision.action);
  record_.filter_reason = decision.reason;
  if (decision.rule != nullptr) record_.rule = decision.rule->spec().origin.to_string();
}

void ConnectionRecord::refused(std::string stage, std::string reason) {
  record_.stage = std::move(stage);
  record_.error = std::move(reason);
}

}  // namespace gateway
