// SPDX-License-Identifier: Apache-2.0
#include "policy/name_servers.h"

#include <algorithm>

namespace policy {
namespace {

/// The port has to be named: a rule for whatever a host has is not about name servers.
bool is_about_name_servers(const Rule& rule, Protocol protocol) {
  return rule.action() == Action::allow && rule.host() && !rule.spec().ports.empty() &&
         rule.matches_port(name_server_port) && rule.matches_protocol(protocol);
}

}  // namespace

std::vector<Address> name_servers_of(const Policy& policy, Protocol protocol) {
  std::vector<Address> out;
  for (const Rule& rule : policy.rules()) {
    if (!is_about_name_servers(rule, protocol)) continue;
    for (const Glob& glob : rule.host()->globs()) {
      const auto address = glob.is_literal() ? parse_address(glob.prefix()) : std::nullopt;
      if (address && std::ranges::find(out, *address) == out.end()) out.push_back(*address);
    }
  }
  return out;
}

}  // namespace policy
