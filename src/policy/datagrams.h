// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which datagrams the rules could let through: what has to be captured, before anybody decides.

#include <cstdint>
#include <vector>

#include "policy/address.h"
#include "policy/decide.h"

namespace policy {

struct Datagrams {
  std::vector<std::uint16_t> ports{};  // that rules allow UDP to; ascending, each once
  /// Name servers that rules allow UDP to by their address. Other datagrams for port 53 are
  /// questions about names, whoever they are sent to.
  std::vector<Address> name_servers{};

  bool empty() const { return ports.empty(); }
};

Datagrams datagrams_of(const Policy& policy);

inline constexpr std::uint16_t name_server_port = 53;

}  // namespace policy
