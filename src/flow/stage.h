// SPDX-License-Identifier: Apache-2.0
#pragma once
// The two shapes of what the gateway does to an exchange.

#include <string>
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
};

/// Rewrites a body as it streams by; holds back no more than its longest match.
class BodyFilter {
public:
  virtual ~BodyFilter() = default;
  /// Appends to `out` what may go on now; with `last`, everything.
  virtual void feed(std::string_view in, bool last, std::string& out) = 0;
};

}  // namespace flow
