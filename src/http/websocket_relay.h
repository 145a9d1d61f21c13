// SPDX-License-Identifier: Apache-2.0
#pragma once
// Sends on what one side of a WebSocket connection says in the very frames it said it in, for
// connections whose messages nobody looks into: nothing is inflated, nothing waits for the end of a
// frame. What goes on was checked by the reader and is written anew.

#include <optional>
#include <string>

#include "http/websocket_event.h"
#include "http/websocket_frame.h"

namespace http::websocket {

class FrameRelay {
public:
  /// `sender` is whose frames they are and stay: those of a client are masked again on their way to
  /// the server.
  explicit FrameRelay(Sender sender) : sender_(sender) {}

  /// Appends what `event`, told by a `Reader` of the same sender, means on the wire: nothing for an
  /// end, for `NeedMore` and for a `Violation`, after which the caller closes. `fresh_key` is
  /// random and new for each event; only frames of a client use it, and those only when they begin.
  void append(std::string& out, const Event& event, MaskKey fresh_key);

  /// Whether a frame of the gateway's own, such as a close, may be appended now.
  bool is_between_frames() const { return left_ == 0; }

private:
  void append_begin(std::string& out, const FrameBegin& frame, MaskKey fresh_key);
  void append_data(std::string& out, std::string_view bytes);

  Sender sender_;
  std::optional<Masking> masking_{};  // of the frame whose payload is on its way
  std::uint64_t left_ = 0;            // bytes of it still to come
};

}  // namespace http::websocket
