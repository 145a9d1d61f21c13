// SPDX-License-Identifier: Apache-2.0
#pragma once
// Rules that say how requests are treated and never get to say it.

#include "policy/decide.h"

namespace policy {

/// A rule that asks for more care (`require`) or less of it (`scrub`, `tls`) than the one that
/// decides before it.
struct Shadowed {
  const Rule* rule = nullptr;
  const Rule* by = nullptr;  // matches every request that `rule` could
};

/// Those that can be told from the rules alone: the earlier one has no condition but a host. They
/// live as long as the policy.
std::vector<Shadowed> shadowed_rules(const Policy& policy);

}  // namespace policy
