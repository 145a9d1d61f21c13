// SPDX-License-Identifier: Apache-2.0
#pragma once
// First stage: who is meant, said once. The address or name the connection came for, the SNI, the
// Host field and an absolute target are claims; they must agree (else 421), and what they agree on
// is made canonical.

#include "flow/stage.h"

namespace flow {

class Route final : public Stage {
public:
  std::string_view name() const override { return "route"; }
  Verdict on_request(Flow& flow) const override;
};

}  // namespace flow
