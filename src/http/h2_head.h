// SPDX-License-Identifier: Apache-2.0
#pragma once
// Heads as HTTP/2 carries them (RFC 9113, 8) and the same heads as values.
//
// A head that came in HTTP/2 says what it would say in HTTP/1.1, so that whoever judges it needs to
// know one language: the target has the absolute form (`:scheme` and `:authority` are claims like
// any other), Host is there, cookies are one field, a body of unknown length is declared
// `Transfer-Encoding: chunked`, and a WebSocket by extended CONNECT (RFC 8441) is a GET with
// Upgrade.

#include "base/result.h"
#include "http/malformed.h"
#include "http/message.h"

namespace http {

/// Whether the frame that carries the fields is the last of its message.
enum class EndsStream { no, yes };

/// `fields` as they arrived, pseudo-fields first. Malformed (400) as RFC 9113, 8.1 to 8.5 say:
/// pseudo-fields missing, repeated, unknown or late; a name with capitals; a field of the
/// connection; TE other than "trailers"; a Host that differs from `:authority`. 417 for another
/// expectation than 100-continue, 414 and 431 for what is too long.
Checked<Request> request_from_h2(Fields fields, EndsStream end, const Limits& limits = {});
/// Likewise; every `Malformed` says 502. `method` is that of the request.
Checked<Response> response_from_h2(
    Fields fields, EndsStream end, std::string_view method, const Limits& limits = {});
/// Without those that must not be trailers.
Checked<Fields> trailers_from_h2(Fields fields, const Limits& limits = {});

/// The fields of a HEADERS frame: pseudo-fields first, names in lower case, nothing that speaks of
/// a connection. The target is in origin form or "*"; the authority is the Host field. A request
/// for a WebSocket (GET with `Upgrade: websocket`) becomes an extended CONNECT. Errors: invalid (a
/// part that would not be read back as the same part).
base::Result<Fields> request_to_h2(const Request& request, std::string_view scheme);
base::Result<Fields> response_to_h2(const Response& response);
base::Result<Fields> trailers_to_h2(const Fields& trailers);

}  // namespace http
