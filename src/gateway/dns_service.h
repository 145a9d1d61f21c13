// SPDX-License-Identifier: Apache-2.0
#pragma once
// Answers the sandbox's DNS queries from the pool. No query leaves the host, but for records that a
// rule names: a name costs nothing until a request for it is let through.

#include <functional>

#include "gateway/gateway.h"
#include "net/loop.h"

namespace gateway {

/// Starts the tasks that serve `doors`' DNS sockets on `loop`. All three outlive the loop's tasks.
/// A connection to a name server that a rule names by its address is one like any other: its
/// socket goes to `take`.
void spawn_dns(
    const Shared& shared,
    net::Loop& loop,
    const Doors& doors,
    std::function<void(base::Fd accepted)> take);

}  // namespace gateway
