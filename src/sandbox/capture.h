// SPDX-License-Identifier: Apache-2.0
#pragma once
// Turns a fresh network namespace into one with a single way out: the gateway's sockets.

#include "base/result.h"
#include "sandbox/listeners.h"

namespace sandbox {

/// For the network namespace of the caller, which needs its CAP_NET_ADMIN: `lo` carries every
/// address, TCP and DNS arrive on the returned sockets, everything else is refused and told on
/// `Listeners::refusals`. On failure the namespace is left without a working way out.
base::Result<Listeners> capture_everything();

/// A TCP socket of the caller's namespace that listens on `endpoint`, non-blocking.
base::Result<base::Fd> listen_on(const Endpoint& endpoint);

}  // namespace sandbox
