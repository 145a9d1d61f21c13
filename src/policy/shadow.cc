// SPDX-License-Identifier: Apache-2.0
#include "policy/shadow.h"

#include <algorithm>

namespace policy {
namespace {

bool treats_requests(const RuleSpec& spec) {
  return spec.brokered || spec.scrub != Scrub::all || spec.tls != Tls::inspect;
}

bool has_only_a_host(const RuleSpec& spec) {
  return spec.host && !spec.path && !spec.url && spec.methods.empty() && spec.schemes.empty() &&
         spec.ports.empty() && !spec.protocol;
}

bool is_one_name(const Pattern& host) {
  return host.type() != PatternType::regex &&
         host.text().find_first_of("*?[]{}") == std::string::npos;
}

/// For every host of `later`.
bool covers(const Rule& earlier, const Rule& later) {
  if (!has_only_a_host(earlier.spec()) || !later.host()) return false;
  const auto& host = *later.host();
  if (is_one_name(host)) return earlier.host()->matches(host.text());
  return earlier.host()->type() == host.type() && earlier.host()->text() == host.text();
}

}  // namespace

std::vector<Shadowed> shadowed_rules(const Policy& policy) {
  std::vector<Shadowed> out;
  const auto rules = policy.rules();
  for (std::size_t at = 0; at < rules.size(); ++at) {
    if (!treats_requests(rules[at].spec())) continue;
    const auto before = rules.first(at);
    const auto by = std::ranges::find_if(
        before, [&](const Rule& earlier) { return covers(earlier, rules[at]); });
    if (by != before.end()) out.push_back({.rule = &rules[at], .by = &*by});
  }
  return out;
}

}  // namespace policy
