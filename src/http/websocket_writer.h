// SPDX-License-Identifier: Apache-2.0
#pragma once
// Writes what one side of a WebSocket connection sends (RFC 6455, 5): messages in as many frames as
// they have pieces, control frames between them.
//
// Misuse is a bug and throws std::logic_error, so that what is written can always be read.

#include <optional>
#include <string>
#include <string_view>

#include "http/websocket_frame.h"

namespace http::websocket {

/// Whether a message ends with this piece.
enum class Last { no, yes };

class Writer {
public:
  explicit Writer(Sender sender) : sender_(sender) {}

  // `key` is random and new for each frame when a client sends, and missing when a server does.

  /// One frame with this piece of a message. `message`, text or binary, and `is_compressed` are the
  /// same for all pieces of a message; the writer makes the second and later ones continuations.
  void append_piece(
      std::string& out,
      Opcode message,
      bool is_compressed,
      std::string_view piece,
      Last last,
      std::optional<MaskKey> key);

  /// A ping or a pong with at most 125 bytes.
  void append_control(
      std::string& out, Opcode opcode, std::string_view payload, std::optional<MaskKey> key);

  /// The last frame. `reason` is UTF-8 of at most 123 bytes, and empty without a code.
  void append_close(
      std::string& out,
      std::optional<CloseCode> code,
      std::string_view reason,
      std::optional<MaskKey> key);

  bool is_within_message() const { return message_.has_value(); }
  bool is_closed() const { return is_closed_; }

private:
  void append_frame(std::string& out, FrameHead head, std::string_view payload);

  Sender sender_;
  std::optional<Opcode> message_{};  // of which some pieces are written and others not
  bool is_compressed_ = false;
  bool is_closed_ = false;
};

}  // namespace http::websocket
