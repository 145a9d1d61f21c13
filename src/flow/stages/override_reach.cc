// SPDX-License-Identifier: Apache-2.0
#include "flow/stages/override_reach.h"

#include <fmt/format.h>

#include <optional>

#include "flow/stages/overrides.h"

namespace flow {
namespace {

using policy::Target;
using secrets::Part;

/// The name of a credential that goes with the one and not with the other; nullopt when there is
/// none.
std::optional<std::string> lost_credential(
    const secrets::Injectors& injectors, const Target& sent, const Target& read) {
  const auto* injector = injectors.find(sent);
  if (injector != nullptr && injector != injectors.find(read)) return injector->name();
  const auto* certificate = injectors.find_certificate(sent);
  if (certificate != nullptr && certificate != injectors.find_certificate(read))
    return certificate->name();
  return std::nullopt;
}

std::optional<std::string> lost_secret(
    const secrets::Placeholders& placeholders, const Target& sent, const Target& read) {
  for (const auto& placeholder : placeholders.all()) {
    const auto& rule = placeholder.rule();
    for (const auto part : {Part::path, Part::query, Part::header, Part::body})
      if (rule.why_not(sent, part).empty() && !rule.why_not(read, part).empty())
        return placeholder.name();
  }
  return std::nullopt;
}

}  // namespace

Verdict OverrideReach::on_request(Flow& flow) const { return recheck(flow, flow.time); }

Verdict OverrideReach::recheck(const Flow& flow, base::WallTime) const {
  const auto overrides = overrides_of(flow);
  if (!overrides)
    return Deny{.status = 403, .stage = "override", .reason = overrides.error().message};
  const auto sent = flow.target();
  for (const auto& each : *overrides) {
    const auto read = each.target(flow);
    auto lost = flow.takes_credentials ? lost_credential(injectors_, sent, read) : std::nullopt;
    if (!lost) lost = lost_secret(placeholders_(), sent, read);
    if (lost)
      return Deny{
          .status = 403,
          .stage = "override",
          .reason = fmt::format("`{}` is not for what is asked for {}", *lost, each.in_words())};
  }
  return Pass{};
}

}  // namespace flow
