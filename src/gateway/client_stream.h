// SPDX-License-Identifier: Apache-2.0
#pragma once
// The program's side of one exchange: a connection of HTTP/1.1 or a stream of HTTP/2.

#include <functional>

#include "gateway/message.h"
#include "http/framing.h"
#include "http/message.h"

namespace gateway {

/// Whether a body reaches its receiver with the bytes that its head told of.
enum class Body { as_sent, rewritten };

class ClientStream {
public:
  ClientStream() = default;
  ClientStream(const ClientStream&) = delete;
  ClientStream& operator=(const ClientStream&) = delete;
  virtual ~ClientStream() = default;

  /// The request's body.
  virtual Incoming& body() = 0;
  /// The response's body, after `respond`.
  virtual Outgoing& out() = 0;

  /// Queues an interim response, without framing and fields of a connection. False when it cannot
  /// be written.
  virtual bool inform(const http::Response& interim) = 0;
  /// Queues the final head; `framing` is that of the body that will be put. The fields of the
  /// connection and of the framing are made here. False when it cannot be written.
  virtual bool respond(http::Response response, http::Framing framing, Body body) = 0;
  /// Queues the head that agrees to a WebSocket; from then on both bodies are its bytes.
  virtual bool connect(http::Response response) = 0;
  /// Queues the head of an answer that is not followed by the rest of the request: what of it is
  /// still to come is dropped, or the connection ends.
  virtual bool refuse(http::Response response, std::size_t body_size) = 0;
  /// After a whole refusal was flushed: takes what the request still brings, if that is little.
  virtual net::Task<> drain() = 0;
  /// No further request can follow on this connection.
  virtual void be_last() = 0;
  /// Breaks the answer off, after what was put, so that it does not look like its end.
  virtual net::Task<> break_off() = 0;
  /// The same, where the server did so: a client of HTTP/2 is told with which code (that of the
  /// body's `broken_by`).
  virtual net::Task<> break_off_by(std::optional<std::uint32_t> /*code*/) { return break_off(); }

  /// Calls `gone` once when the program gives up, as long as the exchange goes on; an empty
  /// function ends the watch.
  virtual void watch(std::function<void()> gone) = 0;
};

/// Watches a client for as long as it lives.
class Watch {
public:
  Watch(ClientStream& client, std::function<void()> gone) : client_(client) {
    client_.watch(std::move(gone));
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  ~Watch() { client_.watch({}); }

private:
  ClientStream& client_;
};

}  // namespace gateway
