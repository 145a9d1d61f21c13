// SPDX-License-Identifier: Apache-2.0
#pragma once
// Asks a server for a token: one request of the gateway's own, on a new connection over verified
// TLS, the same way out as for the program's requests.

#include <expected>
#include <string>

#include "flow/verdict.h"
#include "gateway/upstream.h"
#include "secrets/token_request.h"

namespace gateway {

/// A refusal says what failed, in which stage, and nothing of what the server said; redirects are
/// not followed. `dialled` is told the address. The configuration names the server, so it may have
/// a private address; the certificate is verified all the same.
net::Task<std::expected<secrets::TokenAnswer, flow::Deny>> call_token_server(
    Upstreams& upstreams,
    const Limits& limits,
    const secrets::TokenRequest& request,
    std::string& dialled);

}  // namespace gateway
