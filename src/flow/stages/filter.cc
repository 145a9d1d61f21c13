// SPDX-License-Identifier: Apache-2.0
#include "flow/stages/filter.h"

#include "flow/stages/overrides.h"

namespace flow {
namespace {

Verdict verdict_of(const policy::Decision& decision) {
  switch (decision.action) {
    case policy::Action::allow:
      return Pass{};
    case policy::Action::ask:
      return Ask{.reason = decision.reason, .rule = decision.rule};
    case policy::Action::block:
      break;
  }
  return Deny{.status = 403, .stage = "filter", .reason = decision.reason, .rule = decision.rule};
}

/// The higher, the less is let through unseen.
int strictness(const policy::Decision& decision) {
  if (decision.action == policy::Action::block) return 4;
  if (decision.action == policy::Action::ask) return 3;
  if (decision.rule != nullptr && decision.rule->spec().brokered) return 2;
  const bool leaves_answers =
      decision.rule != nullptr && decision.rule->spec().scrub == policy::Scrub::headers;
  return leaves_answers ? 0 : 1;
}

/// The strictest of what the rules say to each reading of the request.
policy::Decision decide_readings(const policy::Policy& policy, const Flow& flow) {
  auto decision = policy::decide(policy, flow.target());
  const auto overrides = overrides_of(flow);
  if (!overrides) return {.action = policy::Action::block, .reason = overrides.error().message};
  for (const auto& each : *overrides) {
    auto other = policy::decide(policy, each.target(flow));
    if (strictness(other) <= strictness(decision)) continue;
    other.reason += " (" + each.in_words() + ")";
    decision = std::move(other);
  }
  return decision;
}

}  // namespace

Verdict Filter::on_request(Flow& flow) const {
  flow.decision = decide_readings(policy_, flow);
  return verdict_of(flow.decision);
}

Verdict Filter::recheck(const Flow& flow, base::WallTime) const {
  return verdict_of(decide_readings(policy_, flow));
}

}  // namespace flow
