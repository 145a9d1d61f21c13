// SPDX-License-Identifier: Apache-2.0
#pragma once
// Addresses as plain numbers, and the names that ask for them backwards.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace dns {

using Ipv4 = std::uint32_t;                 // in the host's byte order
using Ipv6 = std::array<std::uint8_t, 16>;  // in the network's
using Address = std::variant<Ipv4, Ipv6>;

inline constexpr Ipv4 loopback_v4 = 0x7F000001;
inline constexpr Ipv6 loopback_v6{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
/// 10.0.2.2: the gateway and, through configured forwards, the host.
inline constexpr Ipv4 host_v4 = 0x0A000202;

/// The address in "4.3.2.1.in-addr.arpa" or its like of ip6.arpa; nothing for any other name.
std::optional<Address> parse_reverse_name(std::string_view name);

}  // namespace dns
