// SPDX-License-Identifier: Apache-2.0
#include "policy/datagrams.h"

#include <algorithm>

namespace policy {
namespace {

bool allows_datagrams(const Rule& rule) {
  return rule.spec().protocol == Protocol::udp && rule.action() == Action::allow;
}

/// The addresses that the rule's host spells out.
void add_addresses(const Rule& rule, std::vector<Address>& out) {
  if (!rule.host()) return;
  for (const Glob& glob : rule.host()->globs()) {
    const auto address = glob.is_literal() ? parse_address(glob.prefix()) : std::nullopt;
    if (address && std::ranges::find(out, *address) == out.end()) out.push_back(*address);
  }
}

}  // namespace

Datagrams datagrams_of(const Policy& policy) {
  Datagrams out;
  for (const Rule& rule : policy.rules()) {
    if (!allows_datagrams(rule)) continue;
    for (const auto port : rule.spec().ports)
      out.ports.push_back(static_cast<std::uint16_t>(port));
    if (rule.matches_port(name_server_port)) add_addresses(rule, out.name_servers);
  }
  std::ranges::sort(out.ports);
  const auto repeated = std::ranges::unique(out.ports);
  out.ports.erase(repeated.begin(), repeated.end());
  return out;
}

}  // namespace policy
