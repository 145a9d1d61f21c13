// SPDX-License-Identifier: Apache-2.0
#include "http/websocket_writer.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "http/websocket_testing.h"

namespace http::websocket {
namespace {

using namespace std::string_literals;

TEST(WebSocketWriter, WritesTheExamplesOfTheProtocol) {  // 5.7
  std::string out;
  Writer server(Sender::server);
  server.append_piece(out, Opcode::text, false, "Hello", Last::yes, {});
  EXPECT_EQ(out, "\x81\x05Hello");
  out.clear();
  server.append_piece(out, Opcode::text, false, "Hel", Last::no, {});
  server.append_piece(out, Opcode::text, false, "lo", Last::yes, {});
  EXPECT_EQ(out, "\x01\x03Hel\x80\x02lo");
  out.clear();
  Writer(Sender::client).append_piece(out, Opcode::text, false, "Hello", Last::yes, sample_mask);
  EXPECT_EQ(out, "\x81\x85\x37\xFA\x21\x3D\x7F\x9F\x4D\x51\x58");
}

TEST(WebSocketWriter, PutsControlFramesBetweenPieces) {  // 5.4
  std::string out;
  Writer writer(Sender::server);
  writer.append_piece(out, Opcode::binary, false, "a", Last::no, {});
  EXPECT_TRUE(writer.is_within_message());
  writer.append_control(out, Opcode::ping, "p", {});
  writer.append_piece(out, Opcode::binary, false, "", Last::yes, {});
  EXPECT_FALSE(writer.is_within_message());
  EXPECT_EQ(
      out,
      "\x02\x01"
      "a\x89\x01p\x80\0"s);
}

TEST(WebSocketWriter, MarksTheFirstFrameOfACompressedMessage) {  // RFC 7692, 6
  std::string out;
  Writer writer(Sender::server);
  writer.append_piece(out, Opcode::binary, true, "a", Last::no, {});
  writer.append_piece(out, Opcode::binary, true, "b", Last::yes, {});
  EXPECT_EQ(
      out,
      "\x42\x01"
      "a\x80\x01"
      "b");
}

TEST(WebSocketWriter, WritesACloseAndNothingAfterIt) {  // 5.5.1
  std::string out;
  Writer writer(Sender::server);
  writer.append_close(out, going_away, "bye", {});
  EXPECT_EQ(
      out,
      "\x88\x05\x03\xE9"
      "bye");
  EXPECT_TRUE(writer.is_closed());
  EXPECT_THROW(writer.append_control(out, Opcode::ping, "", {}), std::logic_error);
  out.clear();
  Writer(Sender::server).append_close(out, {}, "", {});
  EXPECT_EQ(out, "\x88\0"s);
}

TEST(WebSocketWriter, RefusesToBreakTheProtocol) {
  std::string out;
  Writer server(Sender::server);
  Writer client(Sender::client);
  const auto piece = [&](Writer& writer, Opcode message, std::optional<MaskKey> mask) {
    writer.append_piece(out, message, false, "", Last::yes, mask);
  };
  EXPECT_THROW(piece(server, Opcode::text, sample_mask), std::logic_error);
  EXPECT_THROW(piece(client, Opcode::text, {}), std::logic_error);
  EXPECT_THROW(piece(server, Opcode::continuation, {}), std::logic_error);
  EXPECT_THROW(server.append_control(out, Opcode::close, "", {}), std::logic_error);
  EXPECT_THROW(
      server.append_control(out, Opcode::ping, std::string(126, 'x'), {}), std::logic_error);
  EXPECT_THROW(server.append_close(out, 1005, "", {}), std::logic_error);
  EXPECT_THROW(server.append_close(out, {}, "why", {}), std::logic_error);
  EXPECT_THROW(server.append_close(out, 1000, "\xFF", {}), std::logic_error);
  EXPECT_THROW(server.append_close(out, 1000, std::string(124, 'x'), {}), std::logic_error);
  EXPECT_EQ(out, "");
  server.append_piece(out, Opcode::text, false, "", Last::no, {});
  EXPECT_THROW(piece(server, Opcode::binary, {}), std::logic_error);
}

}  // namespace
}  // namespace http::websocket
