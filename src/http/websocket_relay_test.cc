// SPDX-License-Identifier: Apache-2.0
#include "http/websocket_relay.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "http/websocket_reader.h"

namespace http::websocket {
namespace {

using namespace std::string_literals;

constexpr MaskKey one_key{'\x37', '\xFA', '\x21', '\x3D'};
constexpr MaskKey another_key{'\x01', '\x02', '\x03', '\x04'};

/// What goes on of `bytes`, which come in pieces.
std::string relay(Sender sender, MaskKey key, std::string bytes, std::size_t piece_size) {
  Reader reader({.sender = sender, .may_compress = true});
  FrameRelay relay(sender);
  std::string out;
  auto rest = std::span(bytes);
  while (!rest.empty()) {
    auto piece = rest.first(std::min(piece_size, rest.size()));
    rest = rest.subspan(piece.size());
    for (;;) {
      const auto step = reader.next(piece);
      piece = piece.subspan(step.consumed);
      relay.append(out, step.event, key);
      if (std::holds_alternative<NeedMore>(step.event)) break;
      if (std::holds_alternative<Violation>(step.event)) return out;
    }
  }
  return out;
}

const std::string frames_of_a_server =
    "\x41\x03\xF2\x48\xCD\x89\x01p\x80\x04\xC9\xC9\x07\0\x82\x7E\0\x7E"s + std::string(126, 'x') +
    "\x8A\0\x01\0\x80\x01y\x88\x05\x03\xE8"s + "bye";

TEST(WebSocketRelay, KeepsEveryFrameOfAServer) {
  for (const std::size_t piece_size : {1, 2, 3, 7, 1000})
    EXPECT_EQ(relay(Sender::server, one_key, frames_of_a_server, piece_size), frames_of_a_server);
}

TEST(WebSocketRelay, MasksTheFramesOfAClientAgain) {  // RFC 6455, 5.3
  const auto before = "\x81\x85\x37\xFA\x21\x3D\x7F\x9F\x4D\x51\x58\x89\x80\x37\xFA\x21\x3D"s;
  const auto after = "\x81\x85\x01\x02\x03\x04Igohn\x89\x80\x01\x02\x03\x04"s;
  for (const std::size_t piece_size : {1, 4, 1000}) {
    EXPECT_EQ(relay(Sender::client, another_key, before, piece_size), after);
    EXPECT_EQ(relay(Sender::client, one_key, after, piece_size), before);
  }
}

TEST(WebSocketRelay, DoesNotWaitForTheEndOfAFrame) {
  EXPECT_EQ(
      relay(Sender::server, one_key, "\x82\x7F\x7F\0\0\0\0\0\0\0xyz"s, 1000),
      "\x82\x7F\x7F\0\0\0\0\0\0\0xyz"s);
}

TEST(WebSocketRelay, SendsNothingOfAFrameThatBreaksTheProtocol) {
  EXPECT_EQ(relay(Sender::server, one_key, "\x81\x02hi\x83\x02no"s, 1000), "\x81\x02hi");
}

TEST(WebSocketRelay, RefusesMoreThanAFrameSaid) {
  FrameRelay relay(Sender::server);
  std::string out;
  relay.append(out, FrameBegin{.size = 1}, one_key);
  EXPECT_FALSE(relay.is_between_frames());
  EXPECT_THROW(relay.append(out, FrameBegin{.size = 1}, one_key), std::logic_error);
  EXPECT_THROW(relay.append(out, Data{"xy"}, one_key), std::logic_error);
  relay.append(out, Data{"x"}, one_key);
  EXPECT_TRUE(relay.is_between_frames());
}

}  // namespace
}  // namespace http::websocket
