// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a reader of WebSocket frames has to tell. The views live until the reader is called again.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "http/h1.h"
#include "http/websocket_frame.h"

namespace http::websocket {

using http::NeedMore;

/// A frame with data begins: the first of a message, or one that goes on with it.
struct FrameBegin {
  Opcode message = Opcode::text;  // of the whole message: text or binary
  bool is_first = true;
  bool is_final = true;
  bool is_compressed = false;  // the whole message is (permessage-deflate)
  std::uint64_t size = 0;      // bytes of this frame's payload
  bool operator==(const FrameBegin&) const = default;
};

/// A stretch of a message, never empty, never over the end of a frame.
struct Data {
  std::string_view bytes{};
  bool operator==(const Data&) const = default;
};

struct MessageEnd {
  bool operator==(const MessageEnd&) const = default;
};

// Control frames come whole, also between the frames of a message.

struct Ping {
  std::string_view payload{};
  bool operator==(const Ping&) const = default;
};

struct Pong {
  std::string_view payload{};
  bool operator==(const Pong&) const = default;
};

/// The last thing the sender says.
struct Close {
  std::optional<CloseCode> code{};
  std::string_view reason{};  // UTF-8
  bool operator==(const Close&) const = default;
};

/// The sender broke the protocol: nothing that follows means anything.
struct Violation {
  CloseCode code = protocol_error;  // to close the connection with: 1002, 1007 or 1009
  std::string_view reason{};        // a sentence that is static and fits into a close frame
  bool operator==(const Violation&) const = default;
};

using Event = std::variant<NeedMore, FrameBegin, Data, MessageEnd, Ping, Pong, Close, Violation>;

struct Step {
  std::size_t consumed = 0;  // bytes of the input dealt with; all of them with `NeedMore`
  Event event = NeedMore{};
};

}  // namespace http::websocket
