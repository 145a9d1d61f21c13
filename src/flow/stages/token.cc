// SPDX-License-Identifier: Apache-2.0
#include "flow/stages/token.h"

#include <algorithm>
#include <expected>

#include "base/text.h"
#include "flow/basic_login.h"
#include "flow/presented_token.h"
#include "flow/stages/overrides.h"
#include "tokens/verify.h"

namespace flow {
namespace {

Deny refuse(int status, std::string reason) {
  return {.status = status, .stage = "token", .reason = std::move(reason)};
}

Deny unauthorized(const std::string& why) { return refuse(401, "Unauthorized: " + why); }

/// The tokens of a request, which has to be one.
class FoundTokens {
public:
  void add(std::string token) {
    is_ambiguous_ = is_ambiguous_ || (!token_.empty() && token_ != token);
    token_ = std::move(token);
  }
  /// Empty when there is none.
  std::expected<std::string, Deny> only() && {
    if (is_ambiguous_)
      return std::unexpected(refuse(400, "the request presents more than one token"));
    return std::move(token_);
  }

private:
  std::string token_;
  bool is_ambiguous_ = false;
};

void take_signers(http::Fields& fields, std::string_view stand_in, FoundTokens& found) {
  for (auto& field : fields) {
    auto taken = take_signer(field, stand_in);
    if (!taken) continue;
    field.value = std::move(taken->text);
    found.add(std::move(taken->token));
  }
}

void take_signers(std::string& query, std::string_view stand_in, FoundTokens& found) {
  std::vector<std::string> parameters;
  for (const auto parameter : base::split(query, '&')) {
    auto taken = take_signer(parameter, stand_in);
    parameters.push_back(taken ? std::move(taken->text) : std::string(parameter));
    if (taken) found.add(std::move(taken->token));
  }
  query = base::join(parameters, "&");
}

void take_from(http::Fields& fields, FoundTokens& found) {
  fields.erase_if([&](const http::Field& field) {
    auto token = token_in(field);
    if (!token) return false;
    found.add(*std::move(token));
    return true;
  });
}

/// Takes the token out of every place that presents it. Empty when none does. What signs for AWS
/// stays, with `stand_in` for the token, unless that is empty.
std::expected<std::string, Deny> take_token(Flow& flow, std::string_view stand_in) {
  FoundTokens found;
  if (!stand_in.empty()) {
    take_signers(flow.request.fields, stand_in, found);
    if (flow.query) take_signers(*flow.query, stand_in, found);
  }
  take_from(flow.request.fields, found);
  return std::move(found).only();
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

std::optional<std::string_view> client_of(const TokenGate& gate) {
  if (gate.client.empty()) return std::nullopt;
  return gate.client;
}

/// What was done so far with a token that counts. For one that nobody of ours signed nothing on
/// disk is asked: it is refused anyway (tokens::verify).
base::Result<tokens::Usage> usage_of(TokenGate& gate, const tokens::Presented& presented) {
  if (!tokens::needs_counting(presented)) return tokens::Usage{};
  const auto ring = TRY(gate.ring.now());
  if (tokens::check_signature(presented.token, *ring) != tokens::Signature::good)
    return tokens::Usage{};
  return gate.usage.used(presented.token.id());
}

}  // namespace

/// The access key that is replaced, with its signature, by the request's credential; empty when
/// that signs nothing. Without it nobody would know the region and service that the program means.
std::string_view CheckToken::stand_in_for(const Flow& flow) const {
  const auto* injector = injectors_.find(flow.target());
  const bool signs =
      injector != nullptr && injector->rule().type() == secrets::CredentialType::aws_sigv4;
  return signs ? std::string_view(injector->rule().dummy()) : std::string_view();
}

Verdict CheckToken::on_request(Flow& flow) const {
  auto token = take_token(flow, stand_in_for(flow));
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
  auto presented = tokens::parse_presented(text);
  if (!presented) return unauthorized(presented.error().message);
  const auto used = usage_of(*gate_, *presented);
  if (!used) return unauthorized(used.error().message);
  auto permit = permit_of(*presented, flow, flow.time, *used);
  if (!permit) return std::move(permit).error();
  const auto target = flow.target();
  if (injectors_.find(target) == nullptr && injectors_.find_certificate(target) == nullptr)
    return refuse(403, "No credentials configured for this host");
  flow.permit = *std::move(permit);
  flow.presented = std::make_shared<const tokens::Presented>(*std::move(presented));
  return Pass{};
}

/// What was counted stays so, and the request with it.
Verdict CheckToken::recheck(const Flow& flow, base::WallTime now) const {
  if (flow.presented) {
    auto permit = permit_of(*flow.presented, flow, now, tokens::Usage{});
    return permit ? Verdict(Pass{}) : std::move(permit).error();
  }
  const bool needs_one = gate_->need == TokenNeed::always ||
                         (gate_->need == TokenNeed::credentials && flow.takes_credentials);
  return needs_one ? Verdict(unauthorized("macaroon token required")) : Pass{};
}

std::expected<tokens::Permit, Deny> CheckToken::permit_of(
    const tokens::Presented& presented,
    const Flow& flow,
    base::WallTime now,
    const tokens::Usage& used) const {
  const auto ring = gate_->ring.now();
  if (!ring) return std::unexpected(unauthorized(ring.error().message));
  std::vector<tokens::Approval> approvals;
  if (tokens::needs_approval(presented)) {
    auto known = gate_->approvals.of(presented.token.id());
    if (!known) return std::unexpected(unauthorized(known.error().message));
    approvals = *std::move(known);
  }
  tokens::Context context{
      .host = flow.host,
      .method = flow.request.method,
      .path = flow.path,
      .now = now,
      .port = flow.port,
      .sandbox = gate_->sandbox,
      .client = client_of(*gate_),
      .usage = used,
      .approvals = approvals};
  auto verdict = tokens::verify(presented, **ring, context);
  if (const auto* refusal = std::get_if<tokens::Refusal>(&verdict))
    return std::unexpected(refuse(refusal->status(), "Unauthorized: " + refusal->reason));
  const auto overrides = overrides_of(flow);
  if (!overrides) return std::unexpected(refuse(403, overrides.error().message));
  for (const auto& each : *overrides) {
    context.method = each.method;
    context.path = each.path;
    const auto other = tokens::verify(presented, **ring, context);
    if (const auto* refusal = std::get_if<tokens::Refusal>(&other))
      return std::unexpected(refuse(
          refusal->status(), "Unauthorized: " + refusal->reason + " (" + each.in_words() + ")"));
  }
  return std::get<tokens::Permit>(std::move(verdict));
}

Verdict CountToken::on_request(Flow& flow) const {
  if (!flow.permit || !flow.permit->allowance.requests) return Pass{};
  const auto admitted = gate_->usage.count(flow.permit->token_id, flow.permit->allowance, 1, 0);
  if (!admitted) return unauthorized(admitted.error().message);
  if (!*admitted) return refuse(403, "Unauthorized: the token was used up");
  return Pass{};
}

}  // namespace flow
