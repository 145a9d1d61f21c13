// SPDX-License-Identifier: Apache-2.0
#pragma once
// One direction of a WebSocket: frames are read from one side, checked, and written to the other.
//
// Where nobody looks into messages and none is compressed, the frames go on as they came; else each
// message is read in clear, passed through its filters, and written anew.

#include <functional>
#include <optional>
#include <string>

#include "flow/filter_chain.h"
#include "gateway/body.h"
#include "gateway/message.h"
#include "http/websocket_messages.h"
#include "http/websocket_relay.h"

namespace gateway {

class WebSocketPump {
public:
  using Sender = http::websocket::Sender;
  /// The filters for one message; empty: nobody looks.
  using MakeFilters = std::function<flow::BodyFilters()>;
  enum class Ended {
    closed,             // the sender said goodbye and ended
    violated,           // the sender broke the protocol; see `violation`
    refused,            // a filter does not let a message on; see `violation` and `refusal`
    source_broke,       // it went without a word
    destination_broke,  // the receiver has gone
    silent,             // nobody said anything for too long
  };

  WebSocketPump(
      Sender sender,
      Incoming& from,
      Outgoing& to,
      const std::optional<http::websocket::DeflateAgreement>& deflate,
      MakeFilters make_filters,
      BodyTap& tap,
      Budget& room);

  /// Until the sender has ended, or the `silence` of both directions, which outlives this, has
  /// passed.
  net::Task<Ended> run(Silence& silence, std::chrono::milliseconds stall);
  /// Says goodbye to the receiver in the sender's place, if that can be said here.
  net::Task<> close(const http::websocket::Violation& why, std::chrono::milliseconds stall);

  const http::websocket::Violation& violation() const { return violation_; }
  /// Why a message may not go on; null while none was stopped.
  const flow::Deny* refusal() const;
  std::uint64_t frames() const { return frames_; }
  std::uint64_t messages() const { return messages_; }

private:
  http::websocket::Step next(std::span<char> in);
  void count(const http::websocket::Event& event);
  void pass_on(const http::websocket::Event& event);
  void rewrite(const http::websocket::Event& event);
  void put_message(std::string_view plain, http::websocket::MessageWriter::Flush flush);
  void write_message(std::string_view plain, http::websocket::MessageWriter::Flush flush);
  /// As a frame; as the last one of its message with `message_end`.
  void write_unsent(http::websocket::MessageWriter::Flush flush);
  void put_control(http::websocket::Opcode opcode, std::string_view payload);
  void put_goodbye(const http::websocket::Close& goodbye);
  /// What may go on of the payload of a control frame, which is whole and short; nothing of one
  /// that a filter refuses.
  std::string_view filter_control(std::string_view payload);
  std::optional<http::websocket::MaskKey> key();

  Sender sender_;
  Incoming& from_;
  Outgoing& to_;
  MakeFilters make_filters_;
  BodyTap& tap_;
  bool relays_;  // frames go on as they came
  http::websocket::Reader reader_;
  http::websocket::FrameRelay relay_;
  http::websocket::MessageReader message_reader_;
  http::websocket::MessageWriter message_writer_;
  std::optional<flow::FilterChain> filters_;  // of the message that is under way
  Share filtering_;                           // what those hold
  std::optional<flow::Deny> no_room_;
  std::optional<flow::FilterChain> control_filters_;  // of the last control frame, in its midst
  http::websocket::Opcode opcode_ = http::websocket::Opcode::text;
  http::websocket::Violation violation_{};
  std::string chunk_;   // what was taken: it is unmasked in place
  std::string unsent_;  // of the message that is under way
  std::string out_;
  std::string random_;
  std::uint64_t frames_ = 0;
  std::uint64_t messages_ = 0;
  bool in_message_ = false;
  bool said_goodbye_ = false;
};

}  // namespace gateway
