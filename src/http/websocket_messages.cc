// SPDX-License-Identifier: Apache-2.0
#include "http/websocket_messages.h"

#include <algorithm>

namespace http::websocket {
namespace {

constexpr std::size_t buffer_size = 16UL << 10U;

Context context_of(const DeflateAgreement& deflate, Sender sender) {
  return deflate.keeps_context(sender) ? Context::kept : Context::dropped;
}

}  // namespace

MessageReader::MessageReader(
    Sender sender, const std::optional<DeflateAgreement>& deflate, std::uint64_t max_message)
    : reader_({.sender = sender, .may_compress = deflate.has_value(), .max_message = max_message}),
      max_message_(max_message) {
  // However small a window was agreed on: zlib notices what refers further back only where the
  // bytes happen to be cut, and what is read may not depend on that.
  if (deflate) inflater_.emplace(max_window_bits, context_of(*deflate, sender));
}

Step MessageReader::next(std::span<char> in) {
  std::size_t consumed = 0;
  for (;;) {
    if (violation_) return {.event = *violation_};
    std::optional<Event> event;
    if (source_ == Source::frames) {
      const auto step = reader_.next(in.subspan(consumed));
      consumed += step.consumed;
      event = take(step.event);
    } else {
      event = next_of_compressed();
    }
    if (event) return {.consumed = consumed, .event = *event};
  }
}

std::optional<Event> MessageReader::take(const Event& event) {
  if (const auto* violation = std::get_if<Violation>(&event)) {
    violation_ = *violation;
    return std::nullopt;
  }
  if (const auto* frame = std::get_if<FrameBegin>(&event)) {
    if (!frame->is_first) return std::nullopt;
    is_compressed_ = frame->is_compressed;
    is_text_ = frame->message == Opcode::text;
    size_ = 0;
    if (is_compressed_) buffer_.resize(buffer_size);
    return event;
  }
  if (const auto* data = std::get_if<Data>(&event); data != nullptr && is_compressed_) {
    compressed_ = data->bytes;
    source_ = Source::payload;
    return std::nullopt;
  }
  if (std::holds_alternative<MessageEnd>(event) && is_compressed_) {
    source_ = Source::tail;
    return std::nullopt;
  }
  return event;
}

std::optional<Event> MessageReader::next_of_compressed() {
  return source_ == Source::end ? end() : inflate();
}

std::optional<Event> MessageReader::inflate() {
  const auto step = source_ == Source::payload ? inflater_->inflate(compressed_, buffer_)
                                               : inflater_->finish(buffer_);
  compressed_.remove_prefix(step.consumed);
  if (step.state == Inflater::State::hungry)
    source_ = source_ == Source::payload ? Source::frames : Source::end;
  if (step.state == Inflater::State::broken)
    violation_ = {invalid_payload, "a message is not compressed by the rules"};
  return give({buffer_.data(), step.produced});
}

/// A part of the message before what is wrong with it, if something is: told as it would have been
/// had it come alone.
std::optional<Event> MessageReader::give(std::string_view plain) {
  const auto allowed = plain.substr(0, max_message_ - size_);
  if (allowed.size() < plain.size()) violation_ = {too_big, "a message is longer than allowed"};
  const auto good = is_text_ ? allowed.substr(0, text_.feed(allowed)) : allowed;
  if (good.size() < allowed.size()) violation_ = {invalid_payload, "a text message is not UTF-8"};
  size_ += good.size();
  if (good.empty()) return std::nullopt;
  return Data{good};
}

std::optional<Event> MessageReader::end() {
  source_ = Source::frames;
  buffer_ = {};  // an idle connection holds nothing
  if (is_text_ && !text_.is_complete()) {
    violation_ = {invalid_payload, "a text message ends within a character"};
    return std::nullopt;
  }
  return MessageEnd{};
}

MessageWriter::MessageWriter(Sender sender, const std::optional<DeflateAgreement>& deflate)
    : writer_(sender) {
  if (deflate) deflater_.emplace(deflate->window_bits(sender), context_of(*deflate, sender));
}

void MessageWriter::append(
    std::string& out,
    Opcode message,
    std::string_view plain,
    Flush flush,
    std::optional<MaskKey> key) {
  std::string compressed;
  if (deflater_) deflater_->append(compressed, plain, flush);
  const auto payload = deflater_ ? std::string_view(compressed) : plain;
  const auto last = flush == Flush::message_end ? Last::yes : Last::no;
  if (payload.empty() && last == Last::no) return;
  writer_.append_piece(out, message, deflater_.has_value(), payload, last, key);
}

}  // namespace http::websocket
