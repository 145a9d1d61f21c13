// SPDX-License-Identifier: Apache-2.0
#include "http/websocket_frame.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "http/websocket_testing.h"

namespace http::websocket {
namespace {

using namespace std::string_literals;

std::string head(const FrameHead& what) {
  std::string out;
  append_frame_head(out, what);
  return out;
}

TEST(WebSocketFrame, HasALengthInAsFewBytesAsPossible) {  // 5.2
  EXPECT_EQ(head({.size = 0}), "\x81\0"s);
  EXPECT_EQ(head({.size = 125}), "\x81\x7D"s);
  EXPECT_EQ(head({.size = 126}), "\x81\x7E\0\x7E"s);
  EXPECT_EQ(head({.size = 0xFFFF}), "\x81\x7E\xFF\xFF"s);
  EXPECT_EQ(head({.size = 0x10000}), "\x81\x7F\0\0\0\0\0\1\0\0"s);
  EXPECT_EQ(head({.size = max_payload}), "\x81\x7F\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s);
}

TEST(WebSocketFrame, HasItsBitsAndItsMask) {
  EXPECT_EQ(head({.opcode = Opcode::binary, .is_final = false, .is_compressed = true}), "\x42\0"s);
  EXPECT_EQ(head({.opcode = Opcode::continuation, .size = 1}), "\x80\x01"s);
  EXPECT_EQ(
      head({.opcode = Opcode::pong, .mask = MaskKey{'a', 'b', 'c', 'd'}, .size = 5}),
      "\x8A\x85"
      "abcd"s);
}

TEST(WebSocketFrame, ThatMayNotExistIsAFault) {
  std::string out;
  const FrameHead wrong[] = {
      {.opcode = Opcode::ping, .size = 126},
      {.opcode = Opcode::close, .is_final = false},
      {.opcode = Opcode::pong, .is_compressed = true},
      {.size = max_payload + 1}};
  for (const auto& one : wrong)
    EXPECT_THROW(append_frame_head(out, one), std::logic_error);
  EXPECT_EQ(out, "");
}

TEST(WebSocketFrame, MasksByteByByteAsTheProtocolSays) {  // 5.3
  std::string plain;
  for (int i = 0; i < 300; ++i)
    plain += static_cast<char>(i * 7);
  for (std::size_t size = 0; size <= 40; ++size) {
    for (std::size_t cut = 0; cut <= size; ++cut) {
      auto text = plain.substr(size, size);
      Masking masking(sample_mask);
      masking.apply(std::span(text).first(cut));
      masking.apply(std::span(text).subspan(cut));
      for (std::size_t i = 0; i < size; ++i)
        ASSERT_EQ(text[i], static_cast<char>(plain[size + i] ^ sample_mask[i % 4]))
            << size << ' ' << cut;
    }
  }
}

TEST(WebSocketFrame, KnowsWhichCloseCodesMayBeSent) {  // 7.4
  for (const int code : {1000, 1001, 1002, 1003, 1007, 1008, 1011, 1012, 1014, 3000, 4999})
    EXPECT_TRUE(is_sendable(static_cast<CloseCode>(code))) << code;
  for (const int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535})
    EXPECT_FALSE(is_sendable(static_cast<CloseCode>(code))) << code;
}

}  // namespace
}  // namespace http::websocket
