// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a request does that goes out with a token which is fetched.

#include <cstdint>
#include <expected>
#include <memory>

#include "flow/verdict.h"
#include "net/task.h"
#include "secrets/fetched.h"

namespace gateway {

/// The generation of a token that is good now. Waits for one that is being fetched, for as long as
/// its credential says, which the fetch itself may outlast; after a fetch that failed, not at all
/// until the next one. Refusals: 502, 503.
net::Task<std::expected<std::uint64_t, flow::Deny>> wait_for_token(
    std::shared_ptr<secrets::Fetched> fetched);

}  // namespace gateway
