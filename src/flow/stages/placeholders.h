// SPDX-License-Identifier: Apache-2.0
#pragma once
// Looks for placeholders in the head: one that goes where its secret may not refuses the request.
// Nothing is replaced here; see substitution.h.

#include "flow/stage.h"
#include "secrets/placeholders.h"

namespace flow {

class JudgePlaceholders final : public Stage {
public:
  explicit JudgePlaceholders(const secrets::Placeholders& placeholders)
      : placeholders_(placeholders) {}
  std::string_view name() const override { return "placeholder"; }
  Verdict on_request(Flow& flow) const override;

private:
  secrets::Placeholders placeholders_;
};

}  // namespace flow
