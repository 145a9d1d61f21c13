// SPDX-License-Identifier: Apache-2.0
#include "content/grpc.h"

#include <gtest/gtest.h>

namespace content::grpc {
namespace {

using namespace std::string_literals;

std::string framed(std::string_view bytes, std::uint8_t flags = 0) {
  std::string out;
  append_message(out, flags, bytes);
  return out;
}

/// Messages as "[flags:bytes]", pieces as they are.
base::Result<std::string> read(
    std::string_view body, std::size_t piece, std::size_t limit = max_message) {
  std::string out;
  Reader reader(limit);
  const Reader::Sink sink{
      .message = [&](const Reader::Message& message) -> base::Result<> {
        out += "[" + std::to_string(message.flags) + ":" + std::string(message.bytes) + "]";
        return {};
      },
      .piece = [&](std::string_view bytes) -> base::Result<> {
        out += bytes;
        return {};
      }};
  for (std::size_t at = 0; at < body.size(); at += piece)
    TRY_VOID(reader.feed(body.substr(at, piece), false, sink));
  TRY_VOID(reader.feed("", true, sink));
  return out;
}

TEST(GrpcMessage, HasFlagsAndALengthInFront) {
  EXPECT_EQ(framed("abc", 1), "\x01\0\0\0\3abc"s);
  EXPECT_EQ(framed(std::string(258, 'x')).substr(0, prefix_size), "\0\0\0\1\2"s);
}

TEST(GrpcReader, CutsABodyIntoMessages) {
  const auto body = framed("one") + framed("") + framed("three", 1) + framed("x", 0x80);
  for (std::size_t piece = 1; piece <= body.size(); ++piece)
    EXPECT_EQ(read(body, piece).value(), "[0:one][0:][1:three][128:x]") << piece;
}

TEST(GrpcReader, GivesALongMessageInPiecesAsTheWireHasIt) {
  const auto long_one = framed("longer than ten");
  const auto body = framed("one") + long_one + framed("ten bytes!");
  for (std::size_t piece = 1; piece <= body.size(); ++piece)
    EXPECT_EQ(read(body, piece, 10).value(), "[0:one]" + long_one + "[0:ten bytes!]") << piece;
}

TEST(GrpcReader, RefusesABodyThatEndsWithinAMessage) {
  const auto body = framed("message");
  for (std::size_t size = 1; size < body.size(); ++size) {
    EXPECT_FALSE(read(body.substr(0, size), 100)) << size;
    EXPECT_FALSE(read(body.substr(0, size), 3, 2)) << size;
  }
  EXPECT_TRUE(read("", 1));
}

TEST(GrpcReader, StopsAtAnErrorOfItsSink) {
  Reader reader;
  const Reader::Sink sink{
      .message = [](const Reader::Message&) -> base::Result<> {
        return base::fail(base::ErrorKind::denied, "no");
      },
      .piece = {}};
  EXPECT_EQ(reader.feed(framed("x"), false, sink).error().message, "no");
}

TEST(GrpcEncoding, IsOneCodingOrNone) {
  EXPECT_EQ(encoding_named("gzip").value(), Coding::gzip);
  EXPECT_EQ(encoding_named("zstd").value(), Coding::zstd);
  EXPECT_EQ(encoding_named("identity").value(), std::nullopt);
  EXPECT_EQ(encoding_named("").value(), std::nullopt);
  EXPECT_FALSE(encoding_named("snappy"));
}

TEST(GrpcMessage, IsCompressedAndDecompressedByItself) {
  for (const auto encoding : {Coding::gzip, Coding::deflate, Coding::zstd}) {
    std::string packed;
    std::string plain;
    compress(std::string(1000, 'x'), encoding, packed);
    EXPECT_LT(packed.size(), 100U);
    ASSERT_TRUE(decompress(packed, encoding, plain));
    EXPECT_EQ(plain, std::string(1000, 'x'));
    EXPECT_EQ(decompress(packed, encoding, plain, 999).error().kind, base::ErrorKind::denied);
    EXPECT_FALSE(decompress("no", encoding, plain));
  }
}

}  // namespace
}  // namespace content::grpc
