// SPDX-License-Identifier: Apache-2.0
#pragma once
// Looks for placeholders in the head: one that goes where its secret may not refuses the request.
// Nothing is replaced here; see substitution.h.

#include <functional>

#include "flow/stage.h"
#include "secrets/placeholders.h"

namespace flow {

class JudgePlaceholders final : public Stage {
public:
  /// `placeholders` gives those that there are when a request comes.
  explicit JudgePlaceholders(std::function<secrets::Placeholders()> placeholders)
      : placeholders_(std::move(placeholders)) {}
  std::string_view name() const override { return "placeholder"; }
  Verdict on_request(Flow& flow) const override;

private:
  std::function<secrets::Placeholders()> placeholders_;
};

}  // namespace flow
