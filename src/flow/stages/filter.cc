// SPDX-License-Identifier: Apache-2.0
#include "flow/stages/filter.h"

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

}  // namespace

Verdict Filter::on_request(Flow& flow) const {
  flow.decision = policy::decide(policy_, flow.target());
  return verdict_of(flow.decision);
}

Verdict Filter::recheck(const Flow& flow, base::WallTime) const {
  return verdict_of(policy::decide(policy_, flow.target()));
}

}  // namespace flow
