// SPDX-License-Identifier: Apache-2.0
#pragma once
// For tests and fuzz targets: what a reader tells, as text that is the same however the bytes were
// cut.

#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "http/websocket_event.h"

namespace http::websocket {

/// The one of the protocol's examples (5.7).
constexpr MaskKey sample_mask{'\x37', '\xFA', '\x21', '\x3D'};

class Telling {
public:
  void add(const Event& event) {
    const auto* data = std::get_if<Data>(&event);
    if (data != nullptr && is_in_data_) {
      events_.back() += data->bytes;
      return;
    }
    is_in_data_ = data != nullptr;
    events_.push_back(std::visit([](const auto& one) { return text(one); }, event));
  }
  const std::vector<std::string>& events() const { return events_; }

private:
  static std::string text(const NeedMore&) { return "more"; }
  static std::string text(const FrameBegin& frame) {
    return std::string(frame.is_first ? "begin " : "go on ") +
           (frame.message == Opcode::text ? "text " : "binary ") +
           (frame.is_compressed ? "compressed " : "") + std::to_string(frame.size) +
           (frame.is_final ? " final" : "");
  }
  static std::string text(const Data& data) { return "data " + std::string(data.bytes); }
  static std::string text(const MessageEnd&) { return "end"; }
  static std::string text(const Ping& ping) { return "ping " + std::string(ping.payload); }
  static std::string text(const Pong& pong) { return "pong " + std::string(pong.payload); }
  static std::string text(const Close& close) {
    return "close " + (close.code ? std::to_string(*close.code) : "-") + " " +
           std::string(close.reason);
  }
  static std::string text(const Violation& why) {
    return "violation " + std::to_string(why.code) + " " + std::string(why.reason);
  }

  std::vector<std::string> events_;
  bool is_in_data_ = false;
};

/// Gives `bytes` to `reader` in pieces: `first` bytes, then `following` each. Stops at a violation.
template <class AnyReader>
std::vector<std::string> tell(
    AnyReader& reader, std::string bytes, std::size_t first, std::size_t following) {
  Telling telling;
  auto rest = std::span(bytes);
  for (auto size = first; !rest.empty(); size = following) {
    auto piece = rest.first(std::min(size, rest.size()));
    rest = rest.subspan(piece.size());
    for (;;) {
      const auto step = reader.next(piece);
      if (step.consumed > piece.size()) std::abort();
      if (std::holds_alternative<NeedMore>(step.event)) {
        if (step.consumed != piece.size()) std::abort();
        break;
      }
      telling.add(step.event);
      if (std::holds_alternative<Violation>(step.event)) return telling.events();
      piece = piece.subspan(step.consumed);
    }
  }
  return telling.events();
}

}  // namespace http::websocket
