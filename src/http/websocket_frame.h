// SPDX-License-Identifier: Apache-2.0
#pragma once
// The parts of a WebSocket frame (RFC 6455, 5.2): its head, its masking, the codes of a close.
// websocket_reader.h reads frames, websocket_writer.h writes them.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace http::websocket {

/// Whose frames they are: a client masks each, a server none (5.1).
enum class Sender { client, server };

enum class Opcode : std::uint8_t {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10,
};
constexpr bool is_control(Opcode opcode) { return opcode >= Opcode::close; }

// Of a head's first byte and of its second.
constexpr unsigned rsv1_bit = 0x40;
constexpr unsigned mask_bit = 0x80;

constexpr std::size_t max_control_payload = 125;
constexpr std::uint64_t max_payload = (std::uint64_t{1} << 63U) - 1;

/// Why a connection ends (7.4.1), as far as the gateway itself has something to say.
using CloseCode = std::uint16_t;
constexpr CloseCode normal_closure = 1000;
constexpr CloseCode going_away = 1001;
constexpr CloseCode protocol_error = 1002;
constexpr CloseCode invalid_payload = 1007;
constexpr CloseCode policy_violation = 1008;
constexpr CloseCode too_big = 1009;
constexpr CloseCode internal_error = 1011;

/// Whether a close frame may carry this code: one that is registered and not for local use only, or
/// one of an application (3000 to 4999).
bool is_sendable(CloseCode code);

/// Fresh and unpredictable for each frame (5.3, 10.3).
using MaskKey = std::array<char, 4>;

/// Masks the payload of one frame, or takes the mask off: both are the same. The payload may come
/// in pieces.
class Masking {
public:
  explicit Masking(MaskKey key) : key_(key) {}
  /// Changes the next bytes of the payload in place.
  void apply(std::span<char> bytes);

private:
  MaskKey key_;  // turned so that it begins with what is for the next byte
};

struct FrameHead {
  Opcode opcode = Opcode::text;
  bool is_final = true;
  bool is_compressed =
      false;  // RSV1: the first frame of a message of permessage-deflate (RFC 7692)
  std::optional<MaskKey> mask{};
  std::uint64_t size = 0;  // of the payload
  bool operator==(const FrameHead&) const = default;
};

/// The head in its only form: the length in as few bytes as possible. The payload, masked if there
/// is a mask, must follow. For relaying frame by frame, where no whole payload is at hand; else see
/// websocket_writer.h.
void append_frame_head(std::string& out, const FrameHead& head);

}  // namespace http::websocket
