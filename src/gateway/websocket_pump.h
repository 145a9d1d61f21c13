// SPDX-License-Identifier: Apache-2.0
#pragma once
// One direction of a WebSocket: frames are read from one side, checked, and written to the other.
//
// Where nobody looks into messages and none is compressed, the frames go on as they came; else each
// message is read in clear, passed through its filter, and written anew.

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "flow/stage.h"
#include "gateway/body.h"
#include "gateway/message.h"
#include "http/websocket_messages.h"
#include "http/websocket_relay.h"

namespace gateway {

class WebSocketPump {
public:
  using Sender = http::websocket::Sender;
  /// A filter for one message; empty: nobody looks.
  using MakeFilter = std::function<std::unique_ptr<flow::BodyFilter>()>;
  enum class Ended {
    closed,             // the sender said goodbye and ended
    violated,           // the sender broke the protocol; see `violation`
    source_broke,       // it went without a word
    destination_broke,  // the receiver has gone
  };

  WebSocketPump(
      Sender sender,
      Incoming& from,
      Outgoing& to,
      const std::optional<http::websocket::DeflateAgreement>& deflate,
      MakeFilter make_filter,
      BodyTap& tap);

  net::Task<Ended> run(std::chrono::milliseconds silence, std::chrono::milliseconds stall);
  /// Says goodbye to the receiver in the sender's place, if that can be said here.
  net::Task<> close(const http::websocket::Violation& why, std::chrono::milliseconds stall);

  const http::websocket::Violation& violation() const { return violation_; }
  std::uint64_t frames() const { return frames_; }
  std::uint64_t messages() const { return messages_; }

private:
  http::websocket::Step next(std::span<char> in);
  void count(const http::websocket::Event& event);
  void pass_on(const http::websocket::Event& event);
  void rewrite(const http::websocket::Event& event);
  void put_message(std::string_view plain, http::websocket::MessageWriter::Flush flush);
  void put_control(http::websocket::Opcode opcode, std::string_view payload);
  std::optional<http::websocket::MaskKey> key();

  Sender sender_;
  Incoming& from_;
  Outgoing& to_;
  MakeFilter make_filter_;
  BodyTap& tap_;
  bool relays_;  // frames go on as they came
  http::websocket::Reader reader_;
  http::websocket::FrameRelay relay_;
  http::websocket::MessageReader message_reader_;
  http::websocket::MessageWriter message_writer_;
  std::unique_ptr<flow::BodyFilter> filter_;
  http::websocket::Opcode opcode_ = http::websocket::Opcode::text;
  http::websocket::Violation violation_{};
  std::string chunk_;  // what was taken: it is unmasked in place
  std::string out_;
  std::string filtered_;
  std::string random_;
  std::uint64_t frames_ = 0;
  std::uint64_t messages_ = 0;
  bool in_message_ = false;
  bool said_goodbye_ = false;
};

}  // namespace gateway
