// SPDX-License-Identifier: Apache-2.0
#include "policy/datagrams.h"

#include <algorithm>

namespace policy {
namespace {

bool allows_datagrams(const Rule& rule) {
  return rule.spec().protocol == Protocol::udp && rule.action() == Action::allow;
}

}  // namespace

Datagrams datagrams_of(const Policy& policy) {
  Datagrams out{.name_servers = name_servers_of(policy, Protocol::udp)};
  for (const Rule& rule : policy.rules()) {
    if (!allows_datagrams(rule)) continue;
    for (const auto port : rule.spec().ports)
      out.ports.push_back(static_cast<std::uint16_t>(port));
  }
  std::ranges::sort(out.ports);
  const auto repeated = std::ranges::unique(out.ports);
  out.ports.erase(repeated.begin(), repeated.end());
  return out;
}

}  // namespace policy
