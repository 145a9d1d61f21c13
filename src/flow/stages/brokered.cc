// SPDX-License-Identifier: Apache-2.0
#include "flow/stages/brokered.h"

#include "flow/own_credential.h"

namespace flow {

Verdict Brokered::on_request(Flow& flow) const {
  const auto* rule = flow.decision.rule;
  if (rule == nullptr || !rule->spec().brokered) return Pass{};
  const std::string place = own_credential_in(flow, injectors_, placeholders_());
  if (place.empty()) return Pass{};
  return Deny{
      .status = 403,
      .stage = "brokered",
      .reason = "the request carries a credential of its own (" + place + "); to " + flow.host +
                " only the one that is configured goes",
      .rule = rule};
}

}  // namespace flow
