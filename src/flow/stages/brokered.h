// SPDX-License-Identifier: Apache-2.0
#pragma once
// Refuses credentials of the program's own where a rule wants the gateway's alone.

#include <functional>

#include "flow/stage.h"
#include "secrets/injectors.h"
#include "secrets/placeholders.h"

namespace flow {

/// Behind `filter`, whose rule it obeys.
class Brokered final : public Stage {
public:
  /// `placeholders` gives those that there are when a request comes.
  Brokered(const secrets::Injectors& injectors, std::function<secrets::Placeholders()> placeholders)
      : injectors_(injectors), placeholders_(std::move(placeholders)) {}
  std::string_view name() const override { return "brokered"; }
  Verdict on_request(Flow& flow) const override;

private:
  const secrets::Injectors& injectors_;
  std::function<secrets::Placeholders()> placeholders_;
};

}  // namespace flow
