// SPDX-License-Identifier: Apache-2.0
#pragma once
// Reads the frames one side of a WebSocket connection sends (RFC 6455, 5), strictly, without
// sockets, and without keeping more of them than a control frame.
//
// Compressed messages come as they were sent, to go on as they are: see websocket_relay.h.
// websocket_messages.h gives their content.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "http/utf8_checker.h"
#include "http/websocket_event.h"

namespace http::websocket {

class Reader {
public:
  struct Options {
    Sender sender = Sender::client;
    bool may_compress = false;  // permessage-deflate was agreed on
    /// Bytes; a longer message is a violation (1009) as soon as a frame announces it. How long a
    /// compressed one is only inflating shows.
    std::uint64_t max_message = max_payload;
  };

  explicit Reader(Options options) : options_(options) {}

  /// The next event in `in`, whose payload is unmasked in place. Call it with the rest until it
  /// answers `NeedMore`, also when there is no rest: an end may be left to tell. The events are the
  /// same however the bytes were cut, but for the stretches of `Data`. After a `Violation` every
  /// answer is that violation.
  Step next(std::span<char> in);

  /// Whether the sender's last byte was the last of a frame, so that the connection breaks cleanly
  /// here and a control frame may be put in when relaying. True once all events were taken.
  bool is_between_frames() const {
    return place_ != Place::broken && head_size_ == 0 && left_ == 0;
  }
  /// Whether the sender said it is done.
  bool is_closed() const { return place_ == Place::closed; }

private:
  /// What the next byte belongs to.
  enum class Place { head, data, control, closed, broken };

  Step read_head(std::span<char> in);
  Step read_data(std::span<char> in);
  Step read_control(std::span<char> in);
  Step end_of_frame(std::span<char> in);
  Step end_of_control();
  Step close();
  /// The head is complete.
  Step begin_frame();

  // Each looks at one part of the head as soon as it is there.
  std::optional<Violation> check_head();
  std::optional<Violation> check_first_byte();
  std::optional<Violation> check_second_byte();
  std::optional<Violation> check_length();

  std::uint8_t head_byte(std::size_t i) const { return static_cast<std::uint8_t>(head_[i]); }
  Opcode opcode() const { return static_cast<Opcode>(head_byte(0) & 0x0FU); }
  bool is_final() const { return (head_byte(0) & 0x80U) != 0; }
  /// Text whose bytes are the message's own: those of a compressed message are not.
  bool is_plain_text() const { return message_ == Opcode::text && !is_compressed_; }
  void unmask(std::span<char> bytes);
  Step refuse(Violation why);

  Options options_;
  Place place_ = Place::head;
  std::array<char, 14> head_{};  // of the frame being read
  std::size_t head_size_ = 0;    // bytes of it that are there
  std::size_t head_needed_ = 2;
  std::optional<Masking> masking_{};
  std::uint64_t left_ = 0;           // bytes of the payload still to come
  std::optional<Opcode> message_{};  // of which some frames are there and others not
  bool is_compressed_ = false;       // that message is
  std::uint64_t message_size_ = 0;
  Utf8Checker text_{};  // complete between messages
  std::array<char, max_control_payload> control_{};
  std::size_t control_size_ = 0;
  Violation violation_{};
};

}  // namespace http::websocket
