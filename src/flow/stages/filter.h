// SPDX-License-Identifier: Apache-2.0
#pragma once
// The rules: allow, block or ask. A request that overrides itself (overrides.h) goes on when they
// allow it in each of its readings.

#include "flow/stage.h"

namespace flow {

class Filter final : public Stage {
public:
  /// `policy` outlives the stage.
  explicit Filter(const policy::Policy& policy) : policy_(policy) {}
  std::string_view name() const override { return "filter"; }
  Verdict on_request(Flow& flow) const override;
  Verdict recheck(const Flow& flow, base::WallTime now) const override;

private:
  const policy::Policy& policy_;
};

}  // namespace flow
