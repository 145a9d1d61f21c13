// SPDX-License-Identifier: Apache-2.0
#pragma once
// What [proxy.filter], [proxy.log_skip] and [proxy.dns] say, as the policy's own values.

#include <optional>
#include <vector>

#include "config/problem.h"
#include "config/value.h"
#include "policy/decide.h"
#include "policy/pattern.h"
#include "policy/record_rule.h"

namespace config {

enum class Interception { on, off };

/// Floor, rules, then the profile's rules; what does not compile or cannot be enforced is appended
/// to `problems`.
std::optional<policy::Policy> policy_of(
    const Table& effective, Interception interception, Problems& problems);

/// What the rules say of UDP must be something that can be done: not more than some ports and name
/// servers, and no proxy on the way.
void check_datagrams(const policy::Policy& policy, const Table& effective, Problems& problems);

std::vector<policy::Pattern> log_skip_of(const Table& effective, Problems& problems);

std::vector<policy::RecordRule> record_rules_of(const Table& effective, Problems& problems);

}  // namespace config
