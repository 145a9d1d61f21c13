// SPDX-License-Identifier: Apache-2.0
#pragma once
// The only network interface of a sandbox: `lo`, which every address is routed to.

#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace sandbox {

/// The sandbox's own addresses on `lo`: what its connections come from.
inline constexpr std::string_view own_ipv4 = "10.0.2.100";
inline constexpr std::string_view own_ipv6 = "fd00:2::100";

/// Brings `lo` up: 127.0.0.1 and ::1 work, nothing else has a route.
base::Result<> bring_up_loopback();
/// Gives `lo` our addresses and makes it the way to everywhere; IPv6 only where `with_ipv6`.
base::Result<> route_everything_to_loopback(bool with_ipv6);
/// IPv6 packets that carry `mark_of_datagrams` are for this namespace, wherever they are sent.
/// (IPv4 does so for all that is routed to `lo`.)
base::Result<> deliver_marked_here();
inline constexpr std::uint32_t mark_of_datagrams = 1;
/// Whether this namespace can speak IPv6; `lo` must be up.
bool has_ipv6();

}  // namespace sandbox
