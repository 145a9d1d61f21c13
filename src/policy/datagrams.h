// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which datagrams the rules could let through: what has to be captured, before anybody decides.

#include <cstdint>
#include <vector>

#include "policy/address.h"
#include "policy/name_servers.h"

namespace policy {

struct Datagrams {
  std::vector<std::uint16_t> ports{};   // that rules allow UDP to; ascending, each once
  std::vector<Address> name_servers{};  // that rules allow UDP to

  bool empty() const { return ports.empty(); }
};

Datagrams datagrams_of(const Policy& policy);

}  // namespace policy
