// SPDX-License-Identifier: Apache-2.0
#pragma once
// The shape of what the gateway does to a request before it is sent.

#include <string_view>

#include "flow/flow.h"
#include "flow/verdict.h"

namespace flow {

/// One look at a request on its way out. No I/O, no clock, no memory between flows.
class Stage {
public:
  virtual ~Stage() = default;
  virtual std::string_view name() const = 0;
  virtual Verdict on_request(Flow& flow) const = 0;
  /// Whether it would still let a request pass that passed before, maybe by other rules: its path
  /// was changed since, or its body took its time. Counts nothing.
  virtual Verdict recheck(const Flow&, base::WallTime) const { return Pass{}; }
};

}  // namespace flow
