// SPDX-License-Identifier: Apache-2.0
#pragma once
// Keeps secrets out of what a server says: it may echo what was sent to it, or know them anyway.

#include "content/codings.h"
#include "flow/body_filter.h"
#include "http/message.h"
#include "secrets/scrub.h"

namespace flow {

/// A field whose name holds a secret is left out; a value or the reason is rewritten.
void scrub(http::Response& head, const secrets::Scrubber& scrubber);
void scrub(http::Fields& fields, const secrets::Scrubber& scrubber);

/// The filters of an answer that may hold secrets, in these codings; it comes out without any, and
/// in no coding. `head` says what is written in it: of gRPC each message is searched when it is
/// whole, and one that cannot be is refused.
BodyFilters scrubbing(
    const secrets::Scrubber& scrubber, const content::Codings& codings, const http::Fields& head);

/// The filters of a WebSocket's message.
BodyFilters scrubbing_message(const secrets::Scrubber& scrubber);

/// The filters of an answer whose body goes on as it came.
BodyFilters scrubbing_trailers(const secrets::Scrubber& scrubber);

}  // namespace flow
