// SPDX-License-Identifier: Apache-2.0
#pragma once
// How long a body is and how its end is found (RFC 9112, 6).

#include <cstdint>
#include <string_view>

#include "http/malformed.h"
#include "http/message.h"

namespace http {

struct Framing {
  enum class Kind { none, length, chunked, until_close };
  Kind kind = Kind::none;
  std::uint64_t bytes = 0;  // of kind `length`

  static constexpr Framing none() { return {}; }
  static constexpr Framing length(std::uint64_t bytes) { return {Kind::length, bytes}; }
  static constexpr Framing chunked() { return {Kind::chunked, 0}; }
  static constexpr Framing until_close() { return {Kind::until_close, 0}; }
  bool operator==(const Framing&) const = default;
};

/// What Content-Length and Transfer-Encoding say: `none`, `length` or `chunked`. Malformed when
/// they leave any doubt: both, more than one, a length that is not plain digits, a coding other
/// than one `chunked`, HTTP/1.0 with a coding.
Checked<Framing> declared_framing(Version version, const Fields& fields);

// The next two are for heads that came out of a parser of h1.h; for others they throw
// std::logic_error.

Framing request_framing(const Request& request);
/// `method` is that of the request answered: HEAD, CONNECT (2xx), 1xx, 204 and 304 have no body
/// whatever they declare.
Framing response_framing(const Response& response, std::string_view method);

/// Makes the fields declare exactly this framing. `none` and `until_close` declare nothing. Not for
/// a response to HEAD or a 304: their Content-Length tells of a body that does not come.
void declare_framing(Fields& fields, Framing framing);

}  // namespace http
