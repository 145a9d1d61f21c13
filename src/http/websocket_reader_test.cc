// SPDX-License-Identifier: Apache-2.0
#include "http/websocket_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "http/websocket_testing.h"

namespace http::websocket {
namespace {

using namespace std::string_literals;
using Events = std::vector<std::string>;

/// The events, after seeing that they are the same byte by byte and cut in two anywhere.
Events read(Reader::Options options, const std::string& bytes) {
  const auto read_cut = [&](std::size_t first, std::size_t following) {
    Reader reader(options);
    return tell(reader, bytes, first, following);
  };
  auto whole = read_cut(bytes.size(), 1);
  EXPECT_EQ(read_cut(1, 1), whole) << "byte by byte";
  for (std::size_t cut = 1; cut < std::min<std::size_t>(bytes.size(), 300); ++cut)
    EXPECT_EQ(read_cut(cut, bytes.size()), whole) << "cut at " << cut;
  return whole;
}

Events from_server(const std::string& bytes) { return read({.sender = Sender::server}, bytes); }
Events from_client(const std::string& bytes) { return read({.sender = Sender::client}, bytes); }
Events compressing(const std::string& bytes) {
  return read({.sender = Sender::server, .may_compress = true}, bytes);
}

/// A frame of a server with up to 125 bytes.
std::string frame(unsigned first_byte, const std::string& payload) {
  return std::string{static_cast<char>(first_byte), static_cast<char>(payload.size())} + payload;
}

std::string last_of(const Events& events) { return events.empty() ? "" : events.back(); }

TEST(WebSocketReader, ReadsTheExamplesOfTheProtocol) {  // 5.7
  EXPECT_EQ(from_server("\x81\x05Hello"), (Events{"begin text 5 final", "data Hello", "end"}));
  EXPECT_EQ(
      from_client("\x81\x85\x37\xFA\x21\x3D\x7F\x9F\x4D\x51\x58"s),
      (Events{"begin text 5 final", "data Hello", "end"}));
  EXPECT_EQ(
      from_server("\x01\x03Hel\x80\x02lo"),
      (Events{"begin text 3", "data Hel", "go on text 2 final", "data lo", "end"}));
  EXPECT_EQ(from_server("\x89\x05Hello"), (Events{"ping Hello"}));
  EXPECT_EQ(from_client("\x8A\x85\x37\xFA\x21\x3D\x7F\x9F\x4D\x51\x58"s), (Events{"pong Hello"}));
  EXPECT_EQ(
      from_server("\x82\x7E\x01\0"s + std::string(256, 'x')),
      (Events{"begin binary 256 final", "data " + std::string(256, 'x'), "end"}));
  EXPECT_EQ(
      from_server("\x82\x7F\0\0\0\0\0\1\0\0"s + std::string(65536, 'x')),
      (Events{"begin binary 65536 final", "data " + std::string(65536, 'x'), "end"}));
}

TEST(WebSocketReader, TellsOfEmptyMessagesAndFrames) {
  EXPECT_EQ(from_server("\x82\0"s), (Events{"begin binary 0 final", "end"}));
  EXPECT_EQ(
      from_server("\x01\0\0\0\x80\0"s),
      (Events{"begin text 0", "go on text 0", "go on text 0 final", "end"}));
}

TEST(WebSocketReader, TakesControlFramesBetweenTheFramesOfAMessage) {  // 5.4
  EXPECT_EQ(
      from_server("\x01\x01"s + "a" + frame(0x89, "p") + frame(0x8A, "") + frame(0x80, "b")),
      (Events{"begin text 1", "data a", "ping p", "pong ", "go on text 1 final", "data b", "end"}));
}

TEST(WebSocketReader, AnnouncesAFrameThatWillNeverBeWhole) {
  EXPECT_EQ(
      from_server("\x82\x7F\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFFxy"s),
      (Events{"begin binary 9223372036854775807 final", "data xy"}));
}

TEST(WebSocketReader, RefusesWhatTheProtocolForbids) {
  const struct {
    std::string bytes;
    std::string why;
  } cases[] = {
      {"\x83\0"s, "a frame has a reserved opcode"},  // 5.2
      {"\x87\0"s, "a frame has a reserved opcode"},
      {"\x8B\0"s, "a frame has a reserved opcode"},
      {"\x8F\0"s, "a frame has a reserved opcode"},
      {"\xC1\0"s, "a frame has a reserved bit set"},
      {"\xA1\0"s, "a frame has a reserved bit set"},
      {"\x91\0"s, "a frame has a reserved bit set"},
      {"\xC9\0"s, "a control frame has a reserved bit set"},
      {"\x82\x7E\0\x7D"s, "a frame's length takes more bytes than it needs"},
      {"\x82\x7F\0\0\0\0\0\0\xFF\xFF"s, "a frame's length takes more bytes than it needs"},
      {"\x82\x7F\x80\0\0\0\0\1\0\0"s, "a frame's length has its highest bit set"},
      {"\x80\0"s, "a continuation frame continues no message"},  // 5.4
      {"\x09\0"s, "a control frame is fragmented"},              // 5.5
      {"\x89\x7E\0\x7E"s, "a control frame is longer than 125 bytes"},
      {"\x88\x7F"s, "a control frame is longer than 125 bytes"},
      {"\x81\x80"s, "a server masked a frame"},  // 5.1
      {"\x88\x01x"s, "a close frame has half a code"},
      {"\x88\x02\x03\xED"s, "a close frame has a code not for sending"},  // 7.4.1: 1005
      {"\x88\x02\x03\xE7"s, "a close frame has a code not for sending"},
  };
  for (const auto& [bytes, why] : cases)
    EXPECT_EQ(from_server(bytes), (Events{"violation 1002 " + why}));
}

TEST(WebSocketReader, RefusesAMessageWithinAMessage) {  // 5.4
  EXPECT_EQ(
      from_server("\x01\x01"s + "a" + frame(0x81, "b")),
      (Events{
          "begin text 1", "data a",
          "violation 1002 a message begins before the one before it ended"}));
}

TEST(WebSocketReader, RefusesAnUnmaskedFrameOfAClient) {  // 5.1
  EXPECT_EQ(from_client("\x81\x05Hello"), Events{"violation 1002 a client did not mask a frame"});
  EXPECT_EQ(from_client("\x89\0"s), Events{"violation 1002 a client did not mask a frame"});
}

TEST(WebSocketReader, TakesTheCompressionBitOnlyWhereItMayStand) {  // RFC 7692, 6
  EXPECT_EQ(
      compressing("\x41\x01"s + "\xFF" + frame(0x80, "\xFE")),
      (Events{
          "begin text compressed 1", "data \xFF", "go on text compressed 1 final", "data \xFE",
          "end"}));
  EXPECT_EQ(
      compressing("\x01\x01"s + "a" + frame(0xC0, "b")),
      (Events{"begin text 1", "data a", "violation 1002 a frame has a reserved bit set"}));
  EXPECT_EQ(
      compressing("\xC9\0"s), Events{"violation 1002 a control frame has a reserved bit set"});
}

TEST(WebSocketReader, ForgetsThatTheMessageBeforeWasCompressed) {
  EXPECT_EQ(
      last_of(compressing(frame(0xC1, "\xFF") + frame(0x81, "\xFF"))),
      "violation 1007 a text message is not UTF-8");
}

TEST(WebSocketReader, ChecksTextAcrossFrames) {  // 8.1
  EXPECT_EQ(
      from_server("\x01\x02\xE2\x82"s + frame(0x80, "\xAC")),
      (Events{"begin text 2", "data \xE2\x82", "go on text 1 final", "data \xAC", "end"}));
  EXPECT_EQ(
      from_server("\x01\x02\xE2\x82"s + frame(0x80, "(")),
      (Events{
          "begin text 2", "data \xE2\x82", "go on text 1 final",
          "violation 1007 a text message is not UTF-8"}));
  EXPECT_EQ(
      from_server(frame(0x81, "ok\xFFno")),
      (Events{"begin text 5 final", "data ok", "violation 1007 a text message is not UTF-8"}));
}

TEST(WebSocketReader, RefusesTextThatEndsWithinACharacter) {  // 8.1
  EXPECT_EQ(
      from_server(frame(0x81, "\xE2\x82")),
      (Events{
          "begin text 2 final", "data \xE2\x82",
          "violation 1007 a text message ends within a character"}));
}

TEST(WebSocketReader, StartsEachTextAnew) {
  EXPECT_EQ(last_of(from_server(frame(0x82, "\xE2\x82") + frame(0x81, "a"))), "end");
}

TEST(WebSocketReader, ReadsCloseFrames) {  // 5.5.1
  EXPECT_EQ(from_server("\x88\0"s), Events{"close - "});
  EXPECT_EQ(from_server("\x88\x02\x03\xE8"s), Events{"close 1000 "});
  EXPECT_EQ(
      from_server("\x88\x05\x0F\xA0"
                  "bye"s),
      Events{"close 4000 bye"});
  EXPECT_EQ(
      from_server("\x88\x03\x03\xE8\xFF"s), Events{"violation 1007 a close reason is not UTF-8"});
  EXPECT_EQ(
      from_server("\x88\x03\x03\xE8\xC3"s), Events{"violation 1007 a close reason is not UTF-8"});
}

TEST(WebSocketReader, RefusesWhatFollowsAClose) {  // 5.5.1
  EXPECT_EQ(
      from_server("\x88\0\x89\0"s),
      (Events{"close - ", "violation 1002 something follows the close frame"}));
}

TEST(WebSocketReader, RefusesAMessageThatIsTooLongAsSoonAsItIsAnnounced) {
  const Reader::Options options{.sender = Sender::server, .max_message = 5};
  EXPECT_EQ(last_of(read(options, "\x82\x05Hello")), "end");
  EXPECT_EQ(read(options, "\x82\x06"), Events{"violation 1009 a message is longer than allowed"});
  EXPECT_EQ(
      read(options, "\x02\x03Hel\x80\x03"),
      (Events{"begin binary 3", "data Hel", "violation 1009 a message is longer than allowed"}));
  EXPECT_EQ(last_of(read(options, frame(0x82, "12345") + frame(0x82, "12345"))), "end");
}

TEST(WebSocketReader, StaysRefused) {
  Reader reader({.sender = Sender::server});
  auto bytes = "\x83\0\x81\0"s;
  for (int i = 0; i < 2; ++i)
    EXPECT_TRUE(std::holds_alternative<Violation>(reader.next(bytes).event));
}

TEST(WebSocketReader, KnowsWhereFramesEnd) {
  Reader reader({.sender = Sender::server});
  EXPECT_TRUE(reader.is_between_frames());
  const auto bytes = "\x81\x02hi\x88\0"s;
  const bool between[] = {false, false, false, true, false, true};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string byte(1, bytes[i]);
    auto rest = std::span(byte);
    for (;;) {
      const auto step = reader.next(rest);
      rest = rest.subspan(step.consumed);
      if (std::holds_alternative<NeedMore>(step.event)) break;
    }
    EXPECT_EQ(reader.is_between_frames(), between[i]) << i;
    EXPECT_EQ(reader.is_closed(), i == 5) << i;
  }
}

}  // namespace
}  // namespace http::websocket
