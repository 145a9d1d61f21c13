// SPDX-License-Identifier: Apache-2.0
#include "http/websocket_relay.h"

#include <span>
#include <stdexcept>

#include "http/websocket_writer.h"

namespace http::websocket {

void FrameRelay::append(std::string& out, const Event& event, MaskKey fresh_key) {
  const auto key = sender_ == Sender::client ? std::optional(fresh_key) : std::nullopt;
  // A control frame stands for itself: the reader saw to it that it may stand here.
  Writer control(sender_);
  if (const auto* frame = std::get_if<FrameBegin>(&event)) {
    append_begin(out, *frame, fresh_key);
  } else if (const auto* data = std::get_if<Data>(&event)) {
    append_data(out, data->bytes);
  } else if (const auto* ping = std::get_if<Ping>(&event)) {
    control.append_control(out, Opcode::ping, ping->payload, key);
  } else if (const auto* pong = std::get_if<Pong>(&event)) {
    control.append_control(out, Opcode::pong, pong->payload, key);
  } else if (const auto* close = std::get_if<Close>(&event)) {
    control.append_close(out, close->code, close->reason, key);
  }
}

void FrameRelay::append_begin(std::string& out, const FrameBegin& frame, MaskKey fresh_key) {
  if (left_ > 0) throw std::logic_error("a frame begins within another");
  const bool is_masked = sender_ == Sender::client;
  append_frame_head(
      out, {.opcode = frame.is_first ? frame.message : Opcode::continuation,
            .is_final = frame.is_final,
            .is_compressed = frame.is_first && frame.is_compressed,
            .mask = is_masked ? std::optional(fresh_key) : std::nullopt,
            .size = frame.size});
  masking_.reset();
  if (is_masked) masking_.emplace(fresh_key);
  left_ = frame.size;
}

void FrameRelay::append_data(std::string& out, std::string_view bytes) {
  if (bytes.size() > left_) throw std::logic_error("a frame is longer than it said");
  left_ -= bytes.size();
  const auto begin = out.size();
  out += bytes;
  if (masking_) masking_->apply(std::span(out).subspan(begin));
}

}  // namespace http::websocket
