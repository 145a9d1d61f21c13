// SPDX-License-Identifier: Apache-2.0
#pragma once
// Messages of HTTP/1 as bytes, always built from parts that were parsed or made here, never from
// bytes received.
//
// A writer refuses a part that would not be read back as the same part (a line end in a value, a
// blank in a method) and then appends nothing. HTTP/2 messages are written as HTTP/1.1.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/message.h"

namespace http {

base::Result<> append_request_head(std::string& out, const Request& request);
/// In two steps, for a head that is written more than once.
base::Result<> check_request_head(const Request& request);
void append_checked_request_head(std::string& out, const Request& request);
/// The same with the target in absolute form (RFC 9112, 3.2.2): `origin` is "http://host:port", and
/// "*" becomes an empty path (3.2.4).
void append_checked_request_head(std::string& out, const Request& request, std::string_view origin);

base::Result<> append_response_head(std::string& out, const Response& response);

/// What stands before and after the data of one chunk. `bytes` is not 0: that would be the last
/// chunk.
void append_chunk_begin(std::string& out, std::uint64_t bytes);
void append_chunk_end(std::string& out);
/// The last chunk, the trailers and the end of the message.
base::Result<> append_last_chunk(std::string& out, const Fields& trailers = {});

}  // namespace http
