// SPDX-License-Identifier: Apache-2.0
#pragma once
// Rules that cannot be enforced because the connection they are about stays closed. Starting with
// one is an error.

#include <span>
#include <vector>

#include "policy/rule.h"

namespace policy {

/// Where TLS is never opened: every rule that needs a path, a URL or a method.
std::vector<const Rule*> unenforceable_without_interception(std::span<const Rule> rules);

struct HiddenRule {
  const Rule* rule;       // needs to see inside
  const Rule* hidden_by;  // keeps TLS closed for (some of) the same hosts and ports
};

/// Rules that a `tls = "passthrough"` rule makes blind. Patterns are compared, not hosts: when two
/// of them may share a host, the pair is listed.
std::vector<HiddenRule> hidden_by_passthrough(std::span<const Rule> rules);

}  // namespace policy
