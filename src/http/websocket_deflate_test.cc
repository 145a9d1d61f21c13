// SPDX-License-Identifier: Apache-2.0
#include "http/websocket_deflate.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace http::websocket {
namespace {

using namespace std::string_literals;
using Flush = Deflater::Flush;
using State = Inflater::State;

/// What a message holds, inflated with a small buffer and in pieces; nothing when it is broken.
std::optional<std::string> inflate(
    Inflater& inflater, std::string_view payload, std::size_t piece_size) {
  std::string out;
  std::string buffer(7, '\0');
  while (!payload.empty()) {
    auto piece = payload.substr(0, piece_size);
    payload.remove_prefix(piece.size());
    auto step = Inflater::Step{};
    while (step.state == State::more) {
      step = inflater.inflate(piece, buffer);
      piece.remove_prefix(step.consumed);
      out.append(buffer, 0, step.produced);
    }
    if (step.state == State::broken) return std::nullopt;
    EXPECT_TRUE(piece.empty());
  }
  auto end = Inflater::Step{};
  while (end.state == State::more) {
    end = inflater.finish(buffer);
    out.append(buffer, 0, end.produced);
  }
  if (end.state == State::broken) return std::nullopt;
  return out;
}

/// A message on a stream of its own; the same byte by byte.
std::optional<std::string> inflate(const std::string& payload, int window_bits = 15) {
  Inflater whole(window_bits, Context::kept);
  Inflater bytes(window_bits, Context::kept);
  auto out = inflate(whole, payload, payload.size());
  EXPECT_EQ(inflate(bytes, payload, 1), out);
  return out;
}

std::string deflate(Deflater& deflater, std::string_view plain) {
  std::string out;
  deflater.append(out, plain, Flush::message_end);
  return out;
}

/// Text that compresses, but not to nothing, and refers far back.
std::string prose(std::size_t size) {
  std::string text;
  for (std::uint32_t i = 0; text.size() < size; ++i)
    text += "word" + std::to_string(i * 2654435761U % 977) + " ";
  text.resize(size);
  return text;
}

TEST(Inflater, ReadsTheExamplesOfTheProtocol) {                                  // RFC 7692, 7.2.3
  EXPECT_EQ(inflate("\xF2\x48\xCD\xC9\xC9\x07\0"s), "Hello");                    // 7.2.3.1
  EXPECT_EQ(inflate("\0\x05\0\xFA\xFFHello\0"s), "Hello");                       // 7.2.3.3
  EXPECT_EQ(inflate("\xF3\x48\xCD\xC9\xC9\x07\0\0"s), "Hello");                  // 7.2.3.4
  EXPECT_EQ(inflate("\xF2\x48\x05\0\0\0\xFF\xFF\xCA\xC9\xC9\x07\0"s), "Hello");  // 7.2.3.5
  EXPECT_EQ(inflate("\0"s), "");                                                 // 7.2.3.6
}

TEST(Inflater, KeepsTheContextOrDropsIt) {  // 7.2.3.2
  const auto first = "\xF2\x48\xCD\xC9\xC9\x07\0"s;
  const auto second = "\xF2\0\x11\0\0"s;
  Inflater keeping(15, Context::kept);
  EXPECT_EQ(inflate(keeping, first, 99), "Hello");
  EXPECT_EQ(inflate(keeping, second, 99), "Hello");
  Inflater dropping(15, Context::dropped);
  EXPECT_EQ(inflate(dropping, first, 99), "Hello");
  EXPECT_EQ(inflate(dropping, first, 99), "Hello");
  EXPECT_EQ(inflate(dropping, second, 99), std::nullopt);
}

TEST(Inflater, KeepsTheContextOverAFinalBlock) {  // 7.2.3.4
  Inflater inflater(15, Context::kept);
  EXPECT_EQ(inflate(inflater, "\xF3\x48\xCD\xC9\xC9\x07\0\0"s, 1), "Hello");
  EXPECT_EQ(inflate(inflater, "\xF2\0\x11\0\0"s, 1), "Hello");
}

TEST(Inflater, TakesAFinalBlockThatIsTheTail) {
  Inflater inflater(15, Context::kept);
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(inflate(inflater, "\x01"s, 1), "");
}

TEST(Inflater, RefusesWhatIsNotCompressed) {
  EXPECT_EQ(inflate("Hello"), std::nullopt);
  EXPECT_EQ(inflate("\x07"s), std::nullopt);               // a reserved kind of block
  EXPECT_EQ(inflate("\0\x05\0\0\0Hello"s), std::nullopt);  // a length that is not confirmed
}

TEST(Inflater, RefusesAMessageThatStopsWithinABlock) {  // 7.2.2
  EXPECT_EQ(inflate(""), std::nullopt);
  EXPECT_EQ(inflate("\xF2\x48\xCD"s), std::nullopt);
  EXPECT_EQ(inflate("\0\x09\0\xF6\xFFHell"s), std::nullopt);
}

TEST(Inflater, StaysBroken) {
  Inflater inflater(15, Context::dropped);
  EXPECT_EQ(inflate(inflater, "\x07"s, 1), std::nullopt);
  EXPECT_EQ(inflate(inflater, "\xF2\x48\xCD\xC9\xC9\x07\0"s, 1), std::nullopt);
}

TEST(Inflater, RefusesWhatRefersFurtherBackThanAgreed) {  // 7.1.2
  std::string noise;
  for (std::uint32_t i = 0; i < 600; ++i)
    noise += static_cast<char>(i * 2654435761U >> 24U);
  Deflater deflater(15, Context::dropped);
  const auto payload = deflate(deflater, noise + noise);
  EXPECT_EQ(inflate(payload, 15), noise + noise);
  EXPECT_EQ(inflate(payload, 9), std::nullopt);
}

TEST(Inflater, GivesABombInPiecesAndHoldsNothing) {
  Deflater deflater(15, Context::dropped);
  const auto bomb = deflate(deflater, std::string(64UL << 20U, 'x'));
  ASSERT_LT(bomb.size(), 100'000U);
  Inflater inflater(15, Context::dropped);
  std::string buffer(4096, '\0');
  std::string_view rest = bomb;
  std::size_t size = 0;
  for (;;) {
    const auto step = rest.empty() ? inflater.finish(buffer) : inflater.inflate(rest, buffer);
    ASSERT_LE(step.produced, buffer.size());
    ASSERT_NE(step.state, State::broken);
    size += step.produced;
    const bool was_last = rest.empty() && step.state == State::hungry;
    rest.remove_prefix(step.consumed);
    if (was_last) break;
  }
  EXPECT_EQ(size, 64UL << 20U);
}

TEST(Deflater, LeavesTheTailOut) {  // 7.2.1
  Deflater deflater(15, Context::dropped);
  EXPECT_EQ(deflate(deflater, "Hello"), "\xF2\x48\xCD\xC9\xC9\x07\0"s);
  EXPECT_EQ(deflate(deflater, "Hello"), "\xF2\x48\xCD\xC9\xC9\x07\0"s);
}

TEST(Deflater, KeepsTheContext) {  // 7.2.3.2
  Deflater deflater(15, Context::kept);
  EXPECT_EQ(deflate(deflater, "Hello"), "\xF2\x48\xCD\xC9\xC9\x07\0"s);
  EXPECT_EQ(deflate(deflater, "Hello"), "\xF2\0\x11\0\0"s);
}

TEST(Deflater, WritesAnEmptyMessageEachTime) {  // 7.2.3.6
  for (const auto context : {Context::kept, Context::dropped}) {
    Deflater deflater(15, context);
    EXPECT_EQ(deflate(deflater, ""), "\0"s);
    EXPECT_EQ(deflate(deflater, ""), "\0"s);
    deflate(deflater, "Hello");
    EXPECT_EQ(deflate(deflater, ""), "\0"s);
  }
}

TEST(Deflater, IsReadBackForEveryWindowAndContext) {
  const auto text = prose(70'000);
  for (int bits = 8; bits <= 15; ++bits) {
    for (const auto context : {Context::kept, Context::dropped}) {
      Deflater deflater(bits, context);
      Inflater inflater(bits, context);
      for (const auto& plain : {text, ""s, "a"s, text.substr(333, 20'000), text})
        EXPECT_EQ(inflate(inflater, deflate(deflater, plain), 1000), plain) << bits;
    }
  }
}

TEST(Deflater, RefersNoFurtherThanEightBitsOfWindow) {  // 7.1.2: zlib itself begins with nine
  Deflater deflater(8, Context::kept);
  const auto payload = deflate(deflater, prose(5000) + std::string(1000, 'x'));
  EXPECT_LT(payload.size(), 5500U) << "runs are short all the same";
  EXPECT_EQ(inflate(payload, 8), prose(5000) + std::string(1000, 'x'));
}

TEST(Deflater, FlushesWhenTold) {
  Deflater deflater(15, Context::kept);
  Inflater inflater(15, Context::kept);
  std::string buffer(100, '\0');
  for (int message = 0; message < 3; ++message) {
    std::string out;
    deflater.append(out, "not ", Flush::later);
    deflater.append(out, "yet", Flush::now);
    const auto step = inflater.inflate(out, buffer);
    EXPECT_EQ(buffer.substr(0, step.produced), "not yet");
    EXPECT_EQ(step.state, State::hungry);
    out.clear();
    deflater.append(out, "", Flush::now);
    EXPECT_EQ(out, "") << "there was nothing more to flush";
    deflater.append(out, "", Flush::message_end);
    EXPECT_EQ(inflate(inflater, out, 1), "");
  }
}

TEST(Deflater, GivesTheEndOfWhatItHeldBack) {
  Deflater deflater(15, Context::kept);
  std::string out;
  deflater.append(out, "Hello", Flush::later);
  deflater.append(out, "", Flush::message_end);
  EXPECT_EQ(inflate(out), "Hello");
}

}  // namespace
}  // namespace http::websocket
