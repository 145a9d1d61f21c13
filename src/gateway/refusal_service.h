// SPDX-License-Identifier: Apache-2.0
#pragma once
// Writes what the firewall of the sandbox's namespace turned away into the log: UDP, ICMP and the
// rest.

#include "gateway/gateway.h"
#include "net/loop.h"

namespace gateway {

/// Starts the task that reads `doors.refusals`, if it is there. The same packet again within a
/// second is not repeated.
void spawn_refusals(const Shared& shared, net::Loop& loop, const Doors& doors);

}  // namespace gateway
