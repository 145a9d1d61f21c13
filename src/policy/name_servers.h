// SPDX-License-Identifier: Apache-2.0
#pragma once
// Whom a program may ask about names by itself. Everything else for port 53 is a question for the
// gateway's own answers, whoever it is sent to.

#include <cstdint>
#include <vector>

#include "policy/address.h"
#include "policy/decide.h"

namespace policy {

inline constexpr std::uint16_t name_server_port = 53;

/// The name servers that rules allow `protocol` to by their address, each once.
std::vector<Address> name_servers_of(const Policy& policy, Protocol protocol);

}  // namespace policy
