// SPDX-License-Identifier: Apache-2.0
#include "http/websocket_messages.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "http/websocket_testing.h"

namespace http::websocket {
namespace {

using namespace std::string_literals;
using Events = std::vector<std::string>;
using Flush = MessageWriter::Flush;

constexpr DeflateAgreement usual_deflate{};

/// The events, after seeing that they are the same byte by byte and cut in two anywhere.
Events read(const std::string& bytes, std::uint64_t max_message = max_payload) {
  const auto read_cut = [&](std::size_t first, std::size_t following) {
    MessageReader reader(Sender::server, usual_deflate, max_message);
    return tell(reader, bytes, first, following);
  };
  auto whole = read_cut(bytes.size(), 1);
  EXPECT_EQ(read_cut(1, 1), whole) << "byte by byte";
  for (std::size_t cut = 1; cut < std::min<std::size_t>(bytes.size(), 300); ++cut)
    EXPECT_EQ(read_cut(cut, bytes.size()), whole) << "cut at " << cut;
  return whole;
}

std::string compressed(Opcode message, std::string_view plain) {
  std::string out;
  MessageWriter(Sender::server, usual_deflate).append(out, message, plain, Flush::message_end, {});
  return out;
}

TEST(WebSocketMessages, AreInflatedOverTheirFrames) {  // RFC 7692, 7.2.3.1
  EXPECT_EQ(
      read("\x41\x03\xF2\x48\xCD\x80\x04\xC9\xC9\x07\0"s),
      (Events{"begin text compressed 3", "data Hello", "end"}));
}

TEST(WebSocketMessages, MayHaveControlFramesAmongTheirs) {
  EXPECT_EQ(
      read("\x41\x05\xF2\x48\xCD\xC9\xC9\x89\0\x80\x02\x07\0\x88\0"s),
      (Events{"begin text compressed 5", "data Hell", "ping ", "data o", "end", "close - "}));
}

TEST(WebSocketMessages, MayBeSentUncompressedAllTheSame) {  // RFC 7692, 6
  EXPECT_EQ(
      read("\x01\x03Hel\x80\x02lo\xC1\x07\xF2\x48\xCD\xC9\xC9\x07\0"s),
      (Events{
          "begin text 3", "data Hello", "end", "begin text compressed 7 final", "data Hello",
          "end"}));
}

TEST(WebSocketMessages, AreReadAlikeHoweverCutAndHoweverSmallTheWindowAgreedOn) {
  std::string noise;
  for (std::uint32_t i = 0; i < 600; ++i)
    noise += static_cast<char>(i * 2654435761U >> 24U);
  noise += noise;  // refers 600 bytes back
  const auto bytes = compressed(Opcode::binary, noise);
  for (const std::size_t piece : {bytes.size(), std::size_t{1}}) {
    MessageReader reader(Sender::server, DeflateAgreement{false, false, 9, 9}, max_payload);
    const auto events = tell(reader, bytes, piece, piece);
    ASSERT_EQ(events.size(), 3U) << "in pieces of " << piece;
    EXPECT_EQ(events[1], "data " + noise);
  }
}

TEST(WebSocketMessages, AreCheckedAsTextOnceInflated) {  // RFC 6455, 8.1
  EXPECT_EQ(
      read(compressed(Opcode::text, "ok\xFFno")).back(),
      "violation 1007 a text message is not UTF-8");
  EXPECT_EQ(
      read(compressed(Opcode::text, "\xE2\x82")).back(),
      "violation 1007 a text message ends within a character");
  EXPECT_EQ(read(compressed(Opcode::binary, "\xE2\x82")).back(), "end");
}

TEST(WebSocketMessages, AreRefusedWhenTheyCannotBeInflated) {
  EXPECT_EQ(
      read("\xC1\x01\x07"), (Events{
                                "begin text compressed 1 final",
                                "violation 1007 a message is not compressed by the rules"}));
  EXPECT_EQ(read("\xC1\0"s).back(), "violation 1007 a message is not compressed by the rules");
}

TEST(WebSocketMessages, AreTooLongByWhatTheyHold) {
  EXPECT_EQ(read(compressed(Opcode::binary, std::string(100, 'x')), 100).back(), "end");
  const auto events = read(compressed(Opcode::binary, std::string(101, 'x')), 100);
  EXPECT_EQ(events.at(1), "data " + std::string(100, 'x'));
  EXPECT_EQ(events.back(), "violation 1009 a message is longer than allowed");
}

TEST(WebSocketMessages, LargerThanTheBufferComeWhole) {
  const std::string plain(200'000, 'x');
  EXPECT_EQ(read(compressed(Opcode::binary, plain)).at(1), "data " + plain);
}

TEST(WebSocketMessages, AreReadBackFromWhatWasWritten) {
  for (const auto& agreement : {std::optional<DeflateAgreement>{}, std::optional(usual_deflate)}) {
    MessageWriter writer(Sender::client, agreement);
    MessageReader reader(Sender::client, agreement);
    std::string out;
    for (int i = 0; i < 2; ++i) {
      writer.append(out, Opcode::text, "Hel", Flush::later, sample_mask);
      writer.frames().append_control(out, Opcode::ping, "p", sample_mask);
      writer.append(out, Opcode::text, "lo", Flush::now, sample_mask);
      writer.append(out, Opcode::text, "", Flush::later, sample_mask);
      writer.append(out, Opcode::text, "", Flush::message_end, sample_mask);
    }
    std::string plain;
    for (const auto& event : tell(reader, out, out.size(), 1)) {
      EXPECT_FALSE(event.starts_with("violation")) << event;
      if (event.starts_with("data ")) plain += event.substr(5);
      if (event == "end") plain += '.';
    }
    EXPECT_EQ(plain, "Hello.Hello.");
  }
}

}  // namespace
}  // namespace http::websocket
