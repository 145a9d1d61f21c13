// SPDX-License-Identifier: Apache-2.0
#pragma once
// A secret that is for some methods or paths alone goes with no request that overrides its own
// (overrides.h) to leave them: such a request is refused.

#include <functional>

#include "flow/stage.h"
#include "secrets/injectors.h"
#include "secrets/placeholders.h"

namespace flow {

class OverrideReach final : public Stage {
public:
  OverrideReach(
      const secrets::Injectors& injectors, std::function<secrets::Placeholders()> placeholders)
      : injectors_(injectors), placeholders_(std::move(placeholders)) {}
  std::string_view name() const override { return "override"; }
  Verdict on_request(Flow& flow) const override;
  Verdict recheck(const Flow& flow, base::WallTime now) const override;

private:
  const secrets::Injectors& injectors_;
  std::function<secrets::Placeholders()> placeholders_;
};

}  // namespace flow
