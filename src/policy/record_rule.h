// SPDX-License-Identifier: Apache-2.0
#pragma once
// Rules about DNS: of which names the records of which types may be looked up. A name that is asked
// for leaves with its question, whatever it spells, so nothing is looked up without such a rule,
// not even of a host that may be connected to.

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/decide.h"
#include "policy/rule.h"

namespace policy {

/// Types that a rule can name. Addresses are not among them: inside, names have other ones.
inline constexpr std::array<std::string_view, 7> record_types{"CAA", "HTTPS", "MX", "NAPTR",
                                                              "SRV", "SVCB",  "TXT"};

struct RecordRule {
  Rule rule;                         // that allows a host, and has no other condition
  std::vector<std::string> types{};  // of `record_types`, not empty
};

/// `host` is a pattern like those of other rules; types are taken in any case. `invalid` for a type
/// that is not one of `record_types`.
base::Result<RecordRule> compile_record_rule(
    std::string host, std::vector<std::string> types, base::Origin origin);

/// Allowed when a rule names both, unless the floor blocks the host. The reason says how to allow
/// what is blocked.
Decision decide_records(
    const Policy& policy,
    std::span<const RecordRule> rules,
    std::string_view name,
    std::string_view type);

/// Whether records of any type may be looked up.
bool has_records(const Policy& policy, std::span<const RecordRule> rules, std::string_view name);

}  // namespace policy
