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

/// The order of attempts (RFC 8305, 4): the families in turn, beginning with the one that came
/// first, each in its own order; no address twice, and at most 32.
Endpoints in_dialling_order(const Endpoints& endpoints);

/// A new attempt begins 250 ms after the one before, or as soon as one fails (RFC 8305, 5); the
/// first that connects ends the others, and all end after `limit`. Errors: unavailable (all
/// failed; told is the first failure, that of the preferred address), timeout.
Task<base::Result<asio::ip::tcp::socket>> dial(
    Endpoints endpoints, std::chrono::milliseconds limit);

}  // namespace net
