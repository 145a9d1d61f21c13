// SPDX-License-Identifier: Apache-2.0
#include "flow/stages/filter.h"

namespace flow {

Verdict Filter::on_request(Flow& flow) const {
  flow.decision = policy::decide(policy_, flow.target());
  switch (flow.decision.action) {
    case policy::Action::allow:
      return Pass{};
    case policy::Action::ask:
      return Ask{.reason = flow.decision.reason, .rule = flow.decision.rule};
    case policy::Action::block:
      break;
  }
  return Deny{
      .status = 403, .stage = "filter", .reason = flow.decision.reason, .rule = flow.decision.rule};
}

}  // namespace flow
