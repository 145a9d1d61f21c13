// SPDX-License-Identifier: Apache-2.0
#pragma once
// Connects to the first of several addresses that answers (RFC 8305, "happy eyeballs").

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <vector>

#include "base/result.h"
#include "net/task.h"

namespace net {

using Endpoints = std::vector<asio::ip::tcp::endpoint>;

/// Families alternate, a new attempt begins every 250 ms or as soon as one fails; all end after
/// `limit`. Errors: unavailable (all refused), timeout.
Task<base::Result<asio::ip::tcp::socket>> dial(
    Endpoints endpoints, std::chrono::milliseconds limit);

}  // namespace net
