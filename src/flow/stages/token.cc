// SPDX-License-Identifier: Apache-2.0
#include "flow/stages/token.h"

#include <algorithm>
#include <expected>

#include "flow/basic_login.h"
#include "flow/presented_token.h"
#include "tokens/verify.h"

namespace flow {
namespace {

Deny refuse(int status, std::string reason) {
  return {.status = status, .stage = "token", .reason = std::move(reason)};
}

Deny unauthorized(const std::string& why) { return refuse(401, "Unauthorized: " + why); }

/// Takes the token out of every field that presents it. Empty when none does.
std::expected<std::string, Deny> take_token(http::Fields& fields) {
  std::string found;
  bool ambiguous = false;
  fields.erase_if([&](const http::Field& field) {
    auto token = token_in(field);
    if (!token) return false;
    ambiguous = ambiguous || (!found.empty() && found != *token);
    found = *std::move(token);
    return true;
  });
  if (ambiguous) return std::unexpected(refuse(400, "the request presents more than one token"));
  return found;
}

/// Where a token stands that nobody behind the gateway may see; empty when there is none.
std::string stray_place(const Flow& flow) {
  if (holds_token(flow.path)) return "path";
  if (flow.query && holds_token(*flow.query)) return "query";
  for (const auto& field : flow.request.fields) {
    if (holds_token(field.name)) return "name of a field";
    const auto login = read_basic_login(field);
    if (holds_token(field.value) || (login && holds_token(*login))) return "field " + field.name;
  }
  return {};
}

}  // namespace

Verdict CheckToken::on_request(Flow& flow) const {
  auto token = take_token(flow.request.fields);
  if (!token) return std::move(token).error();
  if (const auto place = stray_place(flow); !place.empty()) {
    return refuse(
        403, "a token stands in the " + place +
                 ", where it is not taken; send it as Authorization: Bearer, or as the API's key");
  }
  if (!token->empty()) return check(flow, *token);
  if (gate_->need == TokenNeed::always) return unauthorized("macaroon token required");
  flow.takes_credentials = gate_->need == TokenNeed::never;
  return Pass{};
}

Verdict CheckToken::check(Flow& flow, const std::string& text) const {
  const auto presented = tokens::parse_presented(text);
  if (!presented) return unauthorized(presented.error().message);
  const auto ring = gate_->ring.now();
  if (!ring) return unauthorized(ring.error().message);
  const std::string id = presented->token.id();
  tokens::Usage used;
  if (tokens::needs_counting(*presented)) {
    const auto known = gate_->usage.used(id);
    if (!known) return unauthorized(known.error().message);
    used = *known;
  }
  std::vector<tokens::Approval> approvals;
  if (tokens::needs_approval(*presented)) {
    auto known = gate_->approvals.of(id);
    if (!known) return unauthorized(known.error().message);
    approvals = *std::move(known);
  }
  const tokens::Context context{
      .host = flow.host,
      .method = flow.request.method,
      .path = flow.path,
      .now = flow.time,
      .port = flow.port,
      .sandbox = gate_->sandbox,
      .usage = used,
      .approvals = approvals};
  const auto verdict = tokens::verify(*presented, **ring, context);
  if (const auto* refusal = std::get_if<tokens::Refusal>(&verdict))
    return refuse(refusal->status(), "Unauthorized: " + refusal->reason);
  const auto target = flow.target();
  if (injectors_.find(target) == nullptr && injectors_.find_certificate(target) == nullptr)
    return refuse(403, "No credentials configured for this host");
  flow.permit = std::get<tokens::Permit>(verdict);
  return Pass{};
}

Verdict CountToken::on_request(Flow& flow) const {
  if (!flow.permit || !flow.permit->allowance.requests) return Pass{};
  const auto admitted = gate_->usage.count(flow.permit->token_id, flow.permit->allowance, 1, 0);
  if (!admitted) return unauthorized(admitted.error().message);
  if (!*admitted) return refuse(403, "Unauthorized: the token was used up");
  return Pass{};
}

}  // namespace flow
