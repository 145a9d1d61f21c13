// SPDX-License-Identifier: Apache-2.0
#pragma once
// Asks a server for a token: one request of the gateway's own, on a new connection over verified
// TLS, the same way out as for the program's requests.

#include <expected>
#include <string>
#include <utility>

#include "flow/verdict.h"
#include "gateway/upstream.h"
#include "secrets/token_request.h"

namespace gateway {

/// The refusal where a token cannot be had.
inline flow::Deny no_token(std::string reason) {
  return {.status = 502, .stage = "credential", .reason = std::move(reason)};
}

/// A connection to the request's server, which has heard nothing of the request yet. The
/// configuration names the server, so it may have a private address; the certificate is verified
/// all the same. A refusal says what failed, and in which stage.
net::Task<std::expected<UpstreamPtr, flow::Deny>> dial_token_server(
    Upstreams& upstreams, const secrets::TokenRequest& request);

/// Asks on a connection that was dialled for the request. From the first moment on the server may
/// have acted on it, whatever becomes of the answer. A refusal says what failed, in which stage,
/// and nothing of what the server said; redirects are not followed.
net::Task<std::expected<secrets::TokenAnswer, flow::Deny>> ask_token_server(
    UpstreamPtr upstream,
    Upstreams& upstreams,
    const Limits& limits,
    const secrets::TokenRequest& request);

}  // namespace gateway
