// SPDX-License-Identifier: Apache-2.0
#include "content/grpc_web_text.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace content::grpc {
namespace {

using namespace std::string_literals;
using End = TextEncoder::End;

base::Result<std::string> text_decoded(std::string_view text, std::size_t piece) {
  std::string out;
  TextDecoder decoder;
  for (std::size_t at = 0; at < text.size(); at += piece)
    TRY_VOID(decoder.feed(text.substr(at, piece), false, out));
  TRY_VOID(decoder.feed("", true, out));
  return out;
}

TEST(GrpcWebText, IsDecodedWhereverItIsCut) {
  const auto bytes = "\0\0\0\0\5hello\x80\0\0\0\3a:b"s;
  const auto text = base::to_base64(bytes);
  for (std::size_t piece = 1; piece <= text.size(); ++piece)
    EXPECT_EQ(text_decoded(text, piece).value(), bytes) << piece;
}

TEST(GrpcWebText, MayBeSeveralTextsWithPaddingBehindEachOther) {
  const auto text =
      base::to_base64("a") + base::to_base64("bc") + base::to_base64("def") + base::to_base64("g");
  for (std::size_t piece = 1; piece <= text.size(); ++piece)
    EXPECT_EQ(text_decoded(text, piece).value(), "abcdefg") << piece;
}

TEST(GrpcWebText, SaysNothingWhenItIsEmpty) { EXPECT_EQ(text_decoded("", 1).value(), ""); }

TEST(GrpcWebText, GivesWhatIsWholeAtOnce) {
  TextDecoder decoder;
  std::string out;
  ASSERT_TRUE(decoder.feed("YWJjZG", false, out));
  EXPECT_EQ(out, "abc");
}

TEST(GrpcWebText, IsRefusedWhenReadersCouldDifferInWhatItSays) {
  for (const auto* text :
       {"YWJj\n", "YW Jj", "YW-_", "Y===", "====", "=AAA", "YQ=a", "YR==", "YWJ=", "YWJjZ", "YQ",
        "YQ=", "YWJj=", "{}{}"}) {
    for (const std::size_t piece : {1, 100})
      EXPECT_FALSE(text_decoded(text, piece)) << text << ", " << piece;
  }
}

TEST(GrpcWebText, IsWrittenWithPaddingWhereAMessageEnds) {
  TextEncoder encoder;
  std::string out;
  encoder.feed("a", End::here, out);
  encoder.feed("", End::here, out);
  encoder.feed("bc", End::here, out);
  EXPECT_EQ(out, "YQ==YmM=");
}

TEST(GrpcWebText, IsWrittenWithoutPaddingWithinAMessage) {
  TextEncoder encoder;
  std::string out;
  for (const auto* piece : {"a", "b", "cde", "f", "g"})
    encoder.feed(piece, End::later, out);
  EXPECT_EQ(out, "YWJjZGVm");
  encoder.feed("", End::here, out);
  EXPECT_EQ(out, "YWJjZGVmZw==");
}

}  // namespace
}  // namespace content::grpc
