// SPDX-License-Identifier: Apache-2.0
#include "http/websocket_reader.h"

#include <algorithm>

namespace http::websocket {
namespace {

constexpr unsigned rsv2_and_rsv3_bits = 0x30;
constexpr unsigned length_bits = 0x7F;
// What stands in the seven bits when the length follows.
constexpr unsigned in_two_bytes = 126;
constexpr unsigned in_eight_bytes = 127;

bool is_known(Opcode opcode) {
  return opcode <= Opcode::binary || (opcode >= Opcode::close && opcode <= Opcode::pong);
}

std::string_view view(std::span<const char> bytes) { return {bytes.data(), bytes.size()}; }

Violation broken(std::string_view reason) { return {protocol_error, reason}; }

/// How many bytes give the length besides the second one.
std::size_t length_size(unsigned seven_bits) {
  if (seven_bits == in_two_bytes) return 2;
  return seven_bits == in_eight_bytes ? 8 : 0;
}

}  // namespace

Step Reader::next(std::span<char> in) {
  switch (place_) {
    case Place::head:
      return read_head(in);
    case Place::data:
      return read_data(in);
    case Place::control:
      return read_control(in);
    case Place::closed:
      // 5.5.1: no frame after a close.
      if (in.empty()) return {};
      return refuse(broken("something follows the close frame"));
    case Place::broken:
      break;
  }
  return {.event = violation_};
}

Step Reader::read_head(std::span<char> in) {
  std::size_t taken = 0;
  while (head_size_ < head_needed_) {
    if (taken == in.size()) return {.consumed = taken};
    head_[head_size_++] = in[taken++];
    if (const auto wrong = check_head()) return refuse(*wrong);
  }
  head_size_ = 0;
  head_needed_ = 2;
  auto step = begin_frame();
  if (place_ == Place::control) step = read_control(in.subspan(taken));
  if (place_ != Place::broken) step.consumed += taken;
  return step;
}

std::optional<Violation> Reader::check_head() {
  if (head_size_ == 1) return check_first_byte();
  if (head_size_ == 2) return check_second_byte();
  const auto extended = length_size(head_byte(1) & length_bits);
  if (extended > 0 && head_size_ == 2 + extended) return check_length();
  return std::nullopt;
}

std::optional<Violation> Reader::check_first_byte() {
  const auto first = head_byte(0);
  if (!is_known(opcode())) return broken("a frame has a reserved opcode");
  if ((first & rsv2_and_rsv3_bits) != 0) return broken("a frame has a reserved bit set");
  if (is_control(opcode())) {
    if ((first & rsv1_bit) != 0) return broken("a control frame has a reserved bit set");
    if (!is_final()) return broken("a control frame is fragmented");
    return std::nullopt;
  }
  const bool goes_on = opcode() == Opcode::continuation;
  // RFC 7692, 6: the bit stands on the first frame and speaks for the whole message.
  if ((first & rsv1_bit) != 0 && (goes_on || !options_.may_compress))
    return broken("a frame has a reserved bit set");
  if (goes_on && !message_) return broken("a continuation frame continues no message");
  if (!goes_on && message_) return broken("a message begins before the one before it ended");
  return std::nullopt;
}

std::optional<Violation> Reader::check_second_byte() {
  const auto second = head_byte(1);
  const bool is_masked = (second & mask_bit) != 0;
  if (is_masked && options_.sender == Sender::server) return broken("a server masked a frame");
  if (!is_masked && options_.sender == Sender::client)
    return broken("a client did not mask a frame");
  left_ = second & length_bits;
  if (is_control(opcode()) && left_ > max_control_payload) {
    left_ = 0;
    return broken("a control frame is longer than 125 bytes");
  }
  const auto extended = length_size(second & length_bits);
  if (extended > 0) left_ = 0;
  head_needed_ = 2 + extended + (is_masked ? sizeof(MaskKey) : 0);
  return std::nullopt;
}

std::optional<Violation> Reader::check_length() {
  left_ = 0;
  for (std::size_t i = 2; i < head_size_; ++i)
    left_ = left_ << 8U | head_byte(i);
  if (left_ > max_payload) return broken("a frame's length has its highest bit set");
  const std::uint64_t shorter_form_up_to = head_size_ == 4 ? 125 : 0xFFFF;
  if (left_ <= shorter_form_up_to) return broken("a frame's length takes more bytes than it needs");
  return std::nullopt;
}

Step Reader::begin_frame() {
  masking_.reset();
  if (options_.sender == Sender::client) {
    const auto extended = length_size(head_byte(1) & length_bits);
    MaskKey key{};
    std::copy_n(head_.begin() + 2 + static_cast<std::ptrdiff_t>(extended), key.size(), key.begin());
    masking_.emplace(key);
  }
  if (is_control(opcode())) {
    place_ = Place::control;
    control_size_ = 0;
    return {};
  }

  const bool is_first = opcode() != Opcode::continuation;
  if (is_first) {
    message_ = opcode();
    is_compressed_ = (head_byte(0) & rsv1_bit) != 0;
    message_size_ = 0;
  }
  // Both are below 2^63.
  message_size_ += left_;
  if (!is_compressed_ && message_size_ > options_.max_message)
    return refuse({too_big, "a message is longer than allowed"});
  place_ = Place::data;
  return {
      .event = FrameBegin{
          .message = *message_,
          .is_first = is_first,
          .is_final = is_final(),
          .is_compressed = is_compressed_,
          .size = left_}};
}

void Reader::unmask(std::span<char> bytes) {
  if (masking_) masking_->apply(bytes);
}

Step Reader::read_data(std::span<char> in) {
  if (left_ == 0) return end_of_frame(in);
  const auto part = in.first(std::min<std::uint64_t>(left_, in.size()));
  if (part.empty()) return {};
  unmask(part);
  left_ -= part.size();
  if (!is_plain_text()) return {.consumed = part.size(), .event = Data{view(part)}};

  // What stands before the byte that is refused is told first, as it would have been had it come
  // alone.
  const auto good = text_.feed(view(part));
  Step step{.consumed = good, .event = Data{view(part.first(good))}};
  if (good == part.size()) return step;
  auto refusal = refuse({invalid_payload, "a text message is not UTF-8"});
  return good == 0 ? refusal : step;
}

Step Reader::end_of_frame(std::span<char> in) {
  place_ = Place::head;
  if (!is_final()) return read_head(in);
  if (is_plain_text() && !text_.is_complete())
    return refuse({invalid_payload, "a text message ends within a character"});
  message_.reset();
  return {.event = MessageEnd{}};
}

Step Reader::read_control(std::span<char> in) {
  const auto part = in.first(std::min<std::uint64_t>(left_, in.size()));
  unmask(part);
  std::ranges::copy(part, control_.begin() + static_cast<std::ptrdiff_t>(control_size_));
  control_size_ += part.size();
  left_ -= part.size();
  if (left_ > 0) return {.consumed = part.size()};
  auto step = end_of_control();
  if (place_ != Place::broken) step.consumed = part.size();
  return step;
}

Step Reader::end_of_control() {
  place_ = Place::head;
  const auto payload = view(std::span(control_).first(control_size_));
  if (opcode() == Opcode::ping) return {.event = Ping{payload}};
  if (opcode() == Opcode::pong) return {.event = Pong{payload}};
  return close();
}

Step Reader::close() {
  const auto payload = view(std::span(control_).first(control_size_));
  if (payload.size() == 1) return refuse(broken("a close frame has half a code"));
  Close close;
  if (payload.size() >= 2) {
    const auto high = static_cast<std::uint8_t>(payload[0]);
    const auto low = static_cast<std::uint8_t>(payload[1]);
    close.code = static_cast<CloseCode>(high << 8U | low);
    close.reason = payload.substr(2);
    if (!is_sendable(*close.code))
      return refuse(broken("a close frame has a code not for sending"));
    if (!is_utf8(close.reason)) return refuse({invalid_payload, "a close reason is not UTF-8"});
  }
  place_ = Place::closed;
  return {.event = close};
}

Step Reader::refuse(Violation why) {
  place_ = Place::broken;
  violation_ = why;
  return {.event = why};
}

}  // namespace http::websocket
