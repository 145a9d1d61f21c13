// SPDX-License-Identifier: Apache-2.0
#include "gateway/refusal.h"

#include "base/json.h"
#include "gateway/grpc.h"
#include "gateway/shown.h"

namespace gateway {
namespace {

std::string_view reason_phrase(int status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 426:
      return "Upgrade Required";
    case 431:
      return "Request Header Fields Too Large";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Refused";
  }
}

/// By a rule more: one that says otherwise already would come first.
bool can_be_allowed(const flow::Deny& refusal) {
  return (refusal.stage == "filter" || refusal.stage == "ask") && refusal.rule == nullptr;
}

std::string sentence(const flow::Deny& refusal, std::string_view reason) {
  return "lazaret did not let this through (" + refusal.stage + "): " + std::string(reason);
}

std::string command_to_allow(const flow::Flow& flow) { return "lazaret policy allow " + flow.host; }

std::string json_text(
    const flow::Deny& refusal,
    const flow::Flow& flow,
    std::string_view reason,
    std::string_view id,
    std::string_view project) {
  std::string out = R"({"error":"blocked_by_lazaret","stage":)";
  base::append_json_string(out, refusal.stage);
  out += R"(,"reason":)";
  base::append_json_string(out, reason);
  out += R"(,"rule":)";
  if (refusal.rule != nullptr) {
    const auto& origin = refusal.rule->spec().origin;
    out += R"({"pattern":)";
    base::append_json_string(out, policy::conditions_of(refusal.rule->spec()));
    out += R"(,"file":)";
    base::append_json_string(out, shown_file(origin.file, project));
    out += R"(,"line":)" + std::to_string(origin.line) + "}";
  } else {
    out += "null";
  }
  out += R"(,"request":{"method":)";
  base::append_json_string(out, flow.request.method);
  out += R"(,"host":)";
  base::append_json_string(out, flow.host.empty() ? flow.arrival.host : flow.host);
  out += R"(,"path":)";
  base::append_json_string(out, flow.path);
  out += "}";
  if (can_be_allowed(refusal)) {
    out += R"(,"allow_with":)";
    base::append_json_string(out, command_to_allow(flow));
  }
  out += R"(,"id":)";
  base::append_json_string(out, id);
  out += "}\n";
  return out;
}

/// Text is preferred when Accept asks for it before JSON and without "anything" in front.
bool prefers_text(const http::Fields& fields) {
  for (const auto token : fields.tokens("accept")) {
    const auto type = token.substr(0, token.find(';'));
    if (type.starts_with("text/")) return true;
    if (type == "*/*" || type.ends_with("/json") || type.ends_with("+json")) return false;
  }
  return false;
}

}  // namespace

RefusalText explain_refusal(
    const flow::Deny& refusal,
    const flow::Flow& flow,
    const policy::Policy& policy,
    std::string_view id,
    std::string_view project) {
  const std::string reason = shown_reason(refusal.reason, policy, project);
  if (is_grpc(flow.request)) {
    std::string message = sentence(refusal, reason);
    if (can_be_allowed(refusal))
      message += "; to allow it, outside the sandbox: " + command_to_allow(flow);
    return {.head = grpc_refusal(refusal.status, message, refusal.broken_by), .body = {}};
  }
  RefusalText out;
  out.head.status = refusal.status;
  out.head.reason = reason_phrase(refusal.status);
  const bool text = prefers_text(flow.request.fields);
  out.head.fields.add("Content-Type", text ? "text/plain; charset=utf-8" : "application/json");
  out.head.fields.add("X-Blocked-By", "lazaret");
  out.head.fields.add("Cache-Control", "no-store");
  if (refusal.status == 401)
    out.head.fields.add("WWW-Authenticate", R"(Bearer realm="lazaret", error="invalid_token")");
  if (refusal.status == 426) out.head.fields.add("Sec-WebSocket-Version", "13");
  if (text) {
    out.body = sentence(refusal, reason) + "\n";
    if (can_be_allowed(refusal))
      out.body += "To allow it, outside the sandbox: " + command_to_allow(flow) + "\n";
    out.body += "\n";
  }
  out.body += json_text(refusal, flow, reason, id, project);
  return out;
}

}  // namespace gateway
