// SPDX-License-Identifier: Apache-2.0
#pragma once
// Puts secrets in the place of their placeholders in a head. Only for a request that was judged, on
// a connection that was verified; what comes of it is for the wire alone.

#include "flow/flow.h"
#include "http/message.h"
#include "secrets/placeholders.h"

namespace flow {

/// In the target, percent-encoded; in the fields' values as it is, in Basic credentials decoded and
/// encoded again. `head` is what will be sent of `flow`.
void substitute_head(
    http::Request& head, const Flow& flow, const secrets::Placeholders& placeholders);

}  // namespace flow
