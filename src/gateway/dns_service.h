// SPDX-License-Identifier: Apache-2.0
#pragma once
// Answers the sandbox's DNS queries from the pool. No query leaves the host, but for records that a
// rule names: a name costs nothing until a request for it is let through.

#include "gateway/gateway.h"
#include "net/loop.h"

namespace gateway {

/// Starts the tasks that serve `doors`' DNS sockets on `loop`. All three outlive the loop's tasks.
void spawn_dns(const Shared& shared, net::Loop& loop, const Doors& doors);

}  // namespace gateway
