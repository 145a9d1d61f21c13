// SPDX-License-Identifier: Apache-2.0
#include "tokens/inspection.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

#include "base/encoding.h"
#include "base/json.h"
#include "tokens/describe.h"

namespace tokens {
namespace {

/// The name in JSON, and the sentence.
struct State {
  std::string_view name;
  std::string words;
};

/// "3 d 4 h", "59 min", "10 s".
std::string span_text(std::int64_t seconds) {
  const std::int64_t minutes = seconds / 60;
  const std::int64_t hours = minutes / 60;
  if (hours >= 24) return fmt::format("{} d {} h", hours / 24, hours % 24);
  if (hours > 0) return fmt::format("{} h {} min", hours, minutes % 60);
  return minutes > 0 ? fmt::format("{} min", minutes) : fmt::format("{} s", seconds);
}

State state_of(const Inspection& inspection) {
  const Validity window = window_of(inspection.presented.token);
  const auto now =
      std::chrono::ceil<std::chrono::seconds>(inspection.now).time_since_epoch().count();
  if (inspection.signature == Signature::bad) return {"bad", "it was tampered with"};
  if (inspection.is_revoked) return {"revoked", "it was revoked"};
  if (window.not_before > window.not_after)
    return {"never_valid", "it is never valid: " + objection_to(window)};
  if (now > window.not_after) {
    return {
        "expired", "it expired " + time_text(window.not_after) + " and is never valid any more"};
  }
  if (now < window.not_before)
    return {"not_yet_valid", "it is not valid before " + time_text(window.not_before)};
  if (window.not_after == std::numeric_limits<std::int64_t>::max())
    return {"valid", "it has no end"};
  return {"valid", "it ends in " + span_text(window.not_after - now)};
}

std::string_view name_of(Signature signature) {
  switch (signature) {
    case Signature::good:
      return "good";
    case Signature::bad:
      return "bad";
    case Signature::unknown_key:
      return "unknown_key";
  }
  std::unreachable();
}

std::string signature_words(const Inspection& inspection) {
  const Nonce& nonce = inspection.presented.token.nonce;
  if (nonce.is_discharge) return "a discharge, which only goes together with a token";
  const std::string key = name_text(nonce.key_id);
  switch (inspection.signature) {
    case Signature::good:
      return "good, by the key " + key;
    case Signature::bad:
      return "NOT good: not made by the key " + key;
    case Signature::unknown_key:
      return "not checked: there is no key " + key + " here";
  }
  std::unreachable();
}

std::string json_list(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const auto& text : texts) {
    if (out.size() > 1) out += ',';
    base::append_json_string(out, text);
  }
  return out + "]";
}

/// The body of a caveat as JSON.
struct Value {
  std::string operator()(const Validity& window) const {
    return fmt::format(
        R"({{"not_before":{},"not_after":{}}})", window.not_before, window.not_after);
  }
  std::string operator()(const Hosts& hosts) const { return json_list(hosts.names); }
  std::string operator()(const Methods& methods) const { return json_list(methods.names); }
  std::string operator()(const Paths& paths) const { return json_list(paths.patterns); }
  std::string operator()(const ThirdParty& party) const {
    return R"({"location":)" + base::to_json_string(party.location) + R"(,"ticket":")" +
           base::to_base64(party.ticket) + R"("})";
  }
  std::string operator()(const BoundToParent& bound) const {
    return base::to_json_string(base::to_hex(bound.digest_prefix));
  }
  std::string operator()(const Ports& ports) const {
    return fmt::format("[{}]", fmt::join(ports.numbers, ","));
  }
  std::string operator()(const RequestLimit& limit) const { return std::to_string(limit.most); }
  std::string operator()(const UploadLimit& limit) const { return std::to_string(limit.most); }
  std::string operator()(const Sandboxes& sandboxes) const { return json_list(sandboxes.names); }
  std::string operator()(const Clients& clients) const { return json_list(clients.labels); }
  std::string operator()(const Purpose& purpose) const {
    return base::to_json_string(purpose.text);
  }
  std::string operator()(const SingleUse&) const { return "true"; }
  std::string operator()(const AskPerson&) const { return "true"; }
  std::string operator()(const UnknownKind&) const { return "null"; }
};

std::string to_json(const Caveat& caveat) {
  return fmt::format(
      R"({{"kind":{},"name":"{}","value":{},"words":{}}})", caveat.kind(),
      tokens::name_of(caveat.restriction()), std::visit(Value{}, caveat.restriction()),
      base::to_json_string(describe(caveat)));
}

}  // namespace

Inspection inspect(Presented presented, const KeyRing& ring, base::WallTime now) {
  const Signature signature = check_signature(presented.token, ring);
  const bool is_revoked = ring.is_revoked(presented.token.id());
  return {
      .presented = std::move(presented),
      .signature = signature,
      .is_revoked = is_revoked,
      .now = now};
}

std::string to_text(const Inspection& inspection) {
  const Token& token = inspection.presented.token;
  std::string text = describe(token);
  text += "state      " + state_of(inspection).words + "\n";
  text += wrap("signature  " + signature_words(inspection));
  text += "id         " + token.id() + "\n";
  if (!inspection.presented.discharges.empty())
    text += fmt::format("discharges {}\n", inspection.presented.discharges.size());
  return text;
}

std::string to_json(const Inspection& inspection) {
  const Token& token = inspection.presented.token;
  std::string caveats;
  for (const Caveat& caveat : token.caveats)
    caveats += (caveats.empty() ? "" : ",") + to_json(caveat);
  return fmt::format(
      R"({{"id":"{}","key":{},"signature":"{}","state":"{}","discharge":{},"location":{},)"
      R"("caveats":[{}],"discharges":{}}})"
      "\n",
      token.id(), base::to_json_string(token.nonce.key_id), name_of(inspection.signature),
      state_of(inspection).name, token.nonce.is_discharge, base::to_json_string(token.location),
      caveats, inspection.presented.discharges.size());
}

}  // namespace tokens
