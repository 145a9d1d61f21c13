// SPDX-License-Identifier: Apache-2.0
#pragma once
// The server's side of one exchange: a connection of HTTP/1.1 or a stream of HTTP/2.

#include <chrono>
#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "flow/sealed.h"
#include "gateway/message.h"
#include "http/message.h"

namespace gateway {

/// Why there is no response.
struct NoResponse {
  /// Whether the request may be sent again on another connection.
  enum class Again {
    never,
    if_idempotent,  // the connection was an old one and ended without a byte of the answer
    surely,         // the server said that it has not looked at the request
  };
  flow::Deny refusal;
  Again again = Again::never;
};
using Answered = std::expected<http::Response, NoResponse>;

/// To return: `co_return no_response(504, "timeout", "the server did not answer in time");`
inline std::unexpected<NoResponse> no_response(
    int status,
    std::string stage,
    std::string reason,
    NoResponse::Again again = NoResponse::Again::never) {
  return std::unexpected(NoResponse{
      .refusal = {.status = status, .stage = std::move(stage), .reason = std::move(reason)},
      .again = again});
}

class ServerStream {
public:
  ServerStream() = default;
  ServerStream(const ServerStream&) = delete;
  ServerStream& operator=(const ServerStream&) = delete;
  virtual ~ServerStream() = default;

  virtual flow::Reached reached() const = 0;
  /// The address that was dialled, for the record.
  virtual const std::string& dialled() const = 0;
  virtual http::Version version() const = 0;

  /// Queues the head. False when the connection cannot take another request.
  virtual bool request(const flow::Sealed& sealed) = 0;
  /// The request's body, after `request`.
  virtual Outgoing& out() = 0;
  /// Nothing of the request is left to send: the server has so much time for each head that is to
  /// come. Until this is called it has all it wants.
  virtual void request_was_sent(std::chrono::milliseconds patience) = 0;
  /// The next head: an interim response or the final one.
  virtual net::Task<Answered> response() = 0;
  /// The body of the final response.
  virtual Incoming& body(http::Framing framing) = 0;

  /// Whether it can carry a WebSocket.
  virtual net::Task<bool> carries_websocket() = 0;

  /// The exchange is complete: the connection may serve another one.
  virtual void finish() = 0;
  /// Breaks the exchange off; whoever waits here is told.
  virtual void abort() = 0;
  /// The same, where the client did so: a server of HTTP/2 is told with which code (that of the
  /// body's `broken_by`).
  virtual void abort_by(std::optional<std::uint32_t> /*code*/) { abort(); }
};
using ServerStreamPtr = std::shared_ptr<ServerStream>;

}  // namespace gateway
