// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the program sends in the head must hold no secret: it is refused, replaced or noted.

#include <memory>

#include "flow/stage.h"
#include "redact/head.h"

namespace flow {

/// Stands behind `filter`. Looks at the path and the query as they will be sent, and at each field;
/// what was found is in Flow::notes.
class Redact final : public Stage {
public:
  explicit Redact(std::shared_ptr<const redact::Scanner> scanner) : scanner_(std::move(scanner)) {}
  std::string_view name() const override { return "redaction"; }
  Verdict on_request(Flow& flow) const override;

private:
  std::shared_ptr<const redact::Scanner> scanner_;
};

}  // namespace flow
