// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the gateway says to a gRPC client in its own words (gRPC over HTTP/2, "Responses"): its
// library reads the status of the call, and shows nobody an answer's body.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"

namespace gateway {

/// A request that only HTTP/2 can carry to its server. gRPC-Web is none: it is made for HTTP/1.1.
bool is_grpc(const http::Request& request);

/// An answer without a body that ends the call; `status` is that of HTTP. Where the server broke
/// its stream off, `broken_by` is the code of HTTP/2 with which it did, and the call's status says
/// that.
http::Response grpc_refusal(
    int status, std::string_view reason, std::optional<std::uint32_t> broken_by = std::nullopt);

}  // namespace gateway
