// SPDX-License-Identifier: Apache-2.0
#pragma once
// Heads of HTTP/1 (RFC 9112), parsed strictly from one contiguous buffer. What two readers could
// understand in two ways is refused, so that the gateway and the server behind it always see the
// same message.
//
// The caller owns the buffer, appends what it reads and asks again. Verdict and work are the same
// however the bytes were cut.

#include <cstddef>
#include <optional>
#include <string_view>
#include <variant>

#include "http/head_scanner.h"
#include "http/malformed.h"
#include "http/message.h"

namespace http {

struct NeedMore {
  bool operator==(const NeedMore&) const = default;
};

template <class T>
struct Complete {
  T message{};
  std::size_t consumed = 0;  // bytes of the buffer that belong to the head; the body follows
  bool operator==(const Complete&) const = default;
};

template <class T>
using Parsed = std::variant<NeedMore, Complete<T>, Malformed>;

/// Reads one request head after another. Beyond the grammar it holds a head to this: a target of
/// one of the four forms, exactly one valid Host (none is fine in HTTP/1.0), at most one,
/// unambiguous framing (no body at all after CONNECT), and no expectation but 100-continue. A first
/// line that is none of a request is refused as soon as it is complete: who speaks something else
/// may wait for an answer to it.
class RequestParser {
public:
  explicit RequestParser(const Limits& limits = {})
      : limits_(limits), scanner_(HeadScanner::Before::empty_line, limits.head) {}

  /// `buffer` begins where the message begins and, until this answers other than `NeedMore`, only
  /// grows.
  Parsed<Request> parse(std::string_view buffer);

private:
  Checked<Parsed<Request>> read(std::string_view buffer);

  Limits limits_;
  HeadScanner scanner_;
  std::optional<Request> begun_{};  // its first line was read
};

/// Reads one response head after another; 1xx ones are heads like any other. A 1xx or 204 that
/// declares a body is refused. Every `Malformed` says 502.
class ResponseParser {
public:
  explicit ResponseParser(const Limits& limits = {})
      : limits_(limits), scanner_(HeadScanner::Before::nothing, limits.head) {}

  Parsed<Response> parse(std::string_view buffer);

private:
  Limits limits_;
  HeadScanner scanner_;
};

/// For a buffer that will not grow.
inline Parsed<Request> parse_request(std::string_view buffer, const Limits& limits = {}) {
  return RequestParser(limits).parse(buffer);
}
inline Parsed<Response> parse_response(std::string_view buffer, const Limits& limits = {}) {
  return ResponseParser(limits).parse(buffer);
}

}  // namespace http
