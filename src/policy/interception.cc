// SPDX-License-Identifier: Apache-2.0
#include "policy/interception.h"

#include <algorithm>

namespace policy {
namespace {

bool share_a_port(const Rule& a, const Rule& b) {
  if (a.spec().ports.empty() || b.spec().ports.empty()) return true;
  return std::ranges::any_of(a.spec().ports, [&](std::int64_t port) {
    return std::ranges::find(b.spec().ports, port) != b.spec().ports.end();
  });
}

bool share_a_host(const Rule& a, const Rule& b) {
  return !a.reach() || !b.reach() || may_overlap(*a.reach(), *b.reach());
}

bool hides(const Rule& closed, const Rule& rule) {
  return rule.needs_interception() && rule.matches_scheme("https") && share_a_port(closed, rule) &&
         share_a_host(closed, rule);
}

}  // namespace

std::vector<const Rule*> unenforceable_without_interception(std::span<const Rule> rules) {
  std::vector<const Rule*> found;
  for (const Rule& rule : rules) {
    if (rule.needs_interception()) found.push_back(&rule);
  }
  return found;
}

std::vector<HiddenRule> hidden_by_passthrough(std::span<const Rule> rules) {
  std::vector<HiddenRule> found;
  for (const Rule& closed : rules) {
    if (closed.spec().tls != Tls::passthrough) continue;
    for (const Rule& rule : rules) {
      if (hides(closed, rule)) found.push_back({.rule = &rule, .hidden_by = &closed});
    }
  }
  return found;
}

}  // namespace policy
