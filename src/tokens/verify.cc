// SPDX-License-Identifier: Apache-2.0
#include "tokens/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <vector>

#include "base/encoding.h"
#include "base/text.h"
#include "tokens/chain.h"
#include "tokens/describe.h"
#include "tokens/discharge.h"
#include "tokens/path_glob.h"

namespace tokens {
namespace {

using Kind = Refusal::Kind;
/// Why a caveat does not hold; nullopt when it does.
using Objection = std::optional<std::string>;

bool contains(const auto& range, const auto& value) {
  return std::ranges::find(range, value) != std::ranges::end(range);
}

/// The tail before each caveat, and the last one.
std::vector<Tail> tails_of(const Token& token, std::string_view root_key) {
  std::vector<Tail> tails;
  tails.reserve(token.caveats.size() + 1);
  Chain chain(root_key, token.nonce);
  tails.push_back(chain.tail());
  for (const Caveat& caveat : token.caveats) {
    chain.add(caveat);
    tails.push_back(chain.tail());
  }
  return tails;
}

bool is_signed_discharge(const Token& token, std::string_view key) {
  Chain chain(key, token.nonce);
  for (const Caveat& caveat : token.caveats)
    chain.add(caveat);
  return equal(chain.sealed(), token.tail);
}

/// The first discharge that answers the ticket with the right signature.
const Token* find_discharge(
    const ThirdParty& party, const Tail& tail_before, std::span<const Token> discharges) {
  std::optional<base::Secret> key;
  for (const Token& discharge : discharges) {
    if (!discharge.nonce.is_discharge || discharge.nonce.key_id != party.ticket) continue;
    if (!key) key = key_of_discharge(party, tail_before);
    if (!key) return nullptr;
    if (is_signed_discharge(discharge, key->reveal())) return &discharge;
  }
  return nullptr;
}

/// A caveat that must hold, and where it stands.
struct Condition {
  const Caveat* caveat;
  std::optional<std::size_t> place;  // none: in a discharge
};

// --- what each kind asks ------------------------------------------------------------------------

/// What the kinds look at beyond the request itself.
struct Judge {
  const Context& context;
  std::span<const Tail> tails;       // of the token
  std::optional<std::size_t> place;  // in the token; none in a discharge

  Objection operator()(const Validity& window) const {
    const base::WallTime& now = context.now;
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
    const std::int64_t second = seconds.time_since_epoch().count();
    if (second < window.not_before)
      return "the token is not valid before " + time_text(window.not_before);
    const bool is_over = second > window.not_after || (second == window.not_after && now > seconds);
    if (is_over) return "the token expired: it was valid until " + time_text(window.not_after);
    return {};
  }

  Objection operator()(const Hosts& hosts) const {
    if (contains(hosts.names, context.host)) return {};
    return fmt::format(
        "the token is for {}, not for the host {}", list_text(hosts.names, "no host"),
        context.host);
  }

  Objection operator()(const Methods& methods) const {
    const auto is_method = [&](const std::string& name) {
      return base::iequals(name, context.method);
    };
    if (std::ranges::any_of(methods.names, is_method)) return {};
    return fmt::format(
        "the token permits {}, not {}", list_text(methods.names, "no method"), context.method);
  }

  Objection operator()(const Paths& paths) const {
    if (permit_path(paths.patterns, context.path)) return {};
    return fmt::format(
        "the token is for {}, not for the path {}", list_text(paths.patterns, "no path"),
        context.path);
  }

  /// A discharged one is not asked again: its discharge has conditions of its own.
  Objection operator()(const ThirdParty& party) const {
    if (place) return {};
    return "a discharge asks a third party, " + party.location + ": discharges do not nest";
  }

  Objection operator()(const BoundToParent& bound) const {
    if (place) return "the token is bound as a discharge, but is none";
    const auto begins_with_it = [&](const Tail& tail) {
      return base::sha256({tail.data(), tail.size()}).starts_with(bound.digest_prefix);
    };
    if (!bound.digest_prefix.empty() && std::ranges::any_of(tails, begins_with_it)) return {};
    return "a discharge is bound to another token";
  }

  Objection operator()(const Ports& ports) const {
    if (context.port && contains(ports.numbers, *context.port)) return {};
    return fmt::format(
        "the token is for {}, not for port {}", port_list_text(ports.numbers),
        context.port ? std::to_string(*context.port) : "unknown");
  }

  Objection operator()(const RequestLimit& limit) const {
    if (!context.usage) return "the token limits its requests, and nobody counts them here";
    if (context.usage->requests < limit.most) return {};
    return fmt::format("the token was used up: it is good for {} requests", limit.most);
  }

  Objection operator()(const UploadLimit& limit) const {
    if (!context.usage) return "the token limits the bytes it sends, and nobody counts them here";
    if (context.usage->bytes_up <= limit.most) return {};
    return fmt::format("the token was used up: it is good for sending {} bytes", limit.most);
  }

  Objection operator()(const Sandboxes& sandboxes) const {
    if (context.sandbox && contains(sandboxes.names, *context.sandbox)) return {};
    return fmt::format(
        "the token is for {}, not for this sandbox", list_text(sandboxes.names, "no sandbox"));
  }

  Objection operator()(const Clients& clients) const {
    if (context.client && contains(clients.labels, *context.client)) return {};
    return fmt::format(
        "the token is for {}, not for this client", list_text(clients.labels, "no client"));
  }

  Objection operator()(const Purpose&) const { return {}; }

  Objection operator()(const SingleUse&) const {
    if (!context.usage) return "the token is for a single use, and nobody counts them here";
    if (context.usage->requests == 0) return {};
    return "the token was for a single use, and was used";
  }

  /// Tails before the caveat are of wider tokens, which nobody was asked about.
  Objection operator()(const AskPerson&) const {
    if (!place) return "a discharge asks for a person: it cannot";
    for (const Tail& tail : tails.subspan(*place + 1)) {
      const auto digest = base::to_hex(base::sha256({tail.data(), tail.size()}));
      const auto agrees = [&](const Approval& approval) {
        return approval.digest == digest && context.now <= approval.until;
      };
      if (std::ranges::any_of(context.approvals, agrees)) return {};
    }
    return "a person has to approve the token first: outside the sandbox, "
           "`lazaret token approve TOKEN`; then try again";
  }

  Objection operator()(const UnknownKind&) const {
    return "the token has a caveat of a kind that is not known here";
  }
};

void limit(std::optional<std::uint64_t>& allowance, std::uint64_t most) {
  allowance = allowance ? std::min(*allowance, most) : most;
}

void note(Permit& permit, const Caveat& caveat) {
  if (const auto* requests = caveat.as<RequestLimit>())
    limit(permit.allowance.requests, requests->most);
  if (caveat.as<SingleUse>() != nullptr) limit(permit.allowance.requests, 1);
  if (const auto* upload = caveat.as<UploadLimit>()) limit(permit.allowance.bytes_up, upload->most);
  if (const auto* purpose = caveat.as<Purpose>()) {
    if (!permit.purpose.empty()) permit.purpose += "; ";
    permit.purpose += purpose->text;
  }
}

Refusal bad_token(std::string reason) { return {Kind::bad_token, std::move(reason)}; }

/// What it says of the token when this one does not hold.
Kind kind_of(const Condition& condition) {
  return condition.caveat->as<Validity>() != nullptr ? Kind::bad_token : Kind::not_allowed;
}

}  // namespace

Signature check_signature(const Token& token, const KeyRing& ring) {
  const Key* const key = ring.find(token.nonce.key_id);
  if (key == nullptr) return Signature::unknown_key;
  const bool is_good = !token.nonce.is_discharge && token.location == own_location &&
                       equal(tails_of(token, key->secret.reveal()).back(), token.tail);
  return is_good ? Signature::good : Signature::bad;
}

Validity window_of(const Token& token) {
  Validity all{
      .not_before = std::numeric_limits<std::int64_t>::min(),
      .not_after = std::numeric_limits<std::int64_t>::max()};
  for (const Caveat& caveat : token.caveats) {
    const auto* window = caveat.as<Validity>();
    if (window == nullptr) continue;
    all.not_before = std::max(all.not_before, window->not_before);
    all.not_after = std::min(all.not_after, window->not_after);
  }
  return all;
}

Verdict verify(const Presented& presented, const KeyRing& ring, const Context& context) {
  const Token& token = presented.token;
  const Key* const key = ring.find(token.nonce.key_id);
  if (key == nullptr) return bad_token("the token was signed with a key that is not known here");
  if (token.nonce.is_discharge) return bad_token("a discharge alone is no token");
  if (token.location != own_location) return bad_token("the token is from somewhere else");
  const std::vector<Tail> tails = tails_of(token, key->secret.reveal());
  if (!equal(tails.back(), token.tail)) return bad_token("the token's signature is not good");
  if (ring.is_revoked(token.id())) return bad_token("the token was revoked");

  std::vector<Condition> conditions;
  for (std::size_t i = 0; i < token.caveats.size(); ++i) {
    conditions.push_back({&token.caveats[i], i});
    const auto* party = token.caveats[i].as<ThirdParty>();
    if (party == nullptr) continue;
    const Token* const discharge = find_discharge(*party, tails[i], presented.discharges);
    if (discharge == nullptr) {
      return Refusal{
          Kind::not_allowed,
          fmt::format("{} must agree, and no valid discharge came along", party->location), i};
    }
    for (const Caveat& caveat : discharge->caveats)
      conditions.push_back({&caveat, std::nullopt});
  }

  Permit permit{.token_id = token.id(), .key_id = key->id};
  for (const Condition& condition : conditions)
    note(permit, *condition.caveat);
  if (permit.allowance.requests || permit.allowance.bytes_up)
    permit.allowance.until = end_of_minting(token, *key);
  // Whether the token is good comes before what it is good for.
  for (const Kind kind : {Kind::bad_token, Kind::not_allowed}) {
    for (const Condition& condition : conditions) {
      if (kind_of(condition) != kind) continue;
      const Judge judge{context, tails, condition.place};
      if (auto objection = std::visit(judge, condition.caveat->restriction()))
        return Refusal{kind, *std::move(objection), condition.place};
    }
  }
  return permit;
}

}  // namespace tokens
