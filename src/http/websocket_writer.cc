// SPDX-License-Identifier: Apache-2.0
#include "http/websocket_writer.h"

#include <stdexcept>

#include "http/utf8_checker.h"

namespace http::websocket {
namespace {

void check(bool good, const char* otherwise) {
  if (!good) throw std::logic_error(otherwise);
}

}  // namespace

void Writer::append_piece(
    std::string& out,
    Opcode message,
    bool is_compressed,
    std::string_view piece,
    Last last,
    std::optional<MaskKey> key) {
  check(message == Opcode::text || message == Opcode::binary, "a message is text or binary");
  const bool is_first = !message_;
  if (!is_first)
    check(
        message_ == message && is_compressed_ == is_compressed,
        "a message begins before the one before it ended");
  append_frame(
      out,
      {.opcode = is_first ? message : Opcode::continuation,
       .is_final = last == Last::yes,
       .is_compressed = is_first && is_compressed,
       .mask = key},
      piece);
  is_compressed_ = is_compressed;
  message_ = last == Last::yes ? std::nullopt : std::optional(message);
}

void Writer::append_control(
    std::string& out, Opcode opcode, std::string_view payload, std::optional<MaskKey> key) {
  check(opcode == Opcode::ping || opcode == Opcode::pong, "neither a ping nor a pong");
  append_frame(out, {.opcode = opcode, .mask = key}, payload);
}

void Writer::append_close(
    std::string& out,
    std::optional<CloseCode> code,
    std::string_view reason,
    std::optional<MaskKey> key) {
  check(code ? is_sendable(*code) : reason.empty(), "a close needs a code that may be sent");
  check(is_utf8(reason), "a close reason is UTF-8");
  std::string payload;
  if (code) payload = {static_cast<char>(*code >> 8U), static_cast<char>(*code & 0xFFU)};
  payload += reason;
  append_frame(out, {.opcode = Opcode::close, .mask = key}, payload);
  is_closed_ = true;
}

void Writer::append_frame(std::string& out, FrameHead head, std::string_view payload) {
  check(!is_closed_, "nothing follows the close frame");
  check(head.mask.has_value() == (sender_ == Sender::client), "a client masks, a server does not");
  head.size = payload.size();
  append_frame_head(out, head);
  const auto begin = out.size();
  out += payload;
  if (head.mask) Masking(*head.mask).apply(std::span(out).subspan(begin));
}

}  // namespace http::websocket
