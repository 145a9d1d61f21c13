// SPDX-License-Identifier: Apache-2.0
#include "http/body_decoder.h"

#include <gtest/gtest.h>

#include <string>

namespace http {
namespace {

using namespace std::string_literals;
using State = BodyDecoder::State;

/// What came out of a decoder.
struct Decoded {
  State state = State::more;
  std::string body{};
  std::string rest{};  // bytes after the body
  int status = 0;      // of the refusal
  Fields trailers{};
  bool operator==(const Decoded&) const = default;
};

/// Feeds `bytes` in pieces: `first` bytes, then `following` each.
Decoded decode_in_pieces(
    Framing framing, std::string_view bytes, std::size_t first, std::size_t following) {
  BodyDecoder decoder(framing);
  Decoded out{.state = decoder.state()};
  auto size = first;
  while (!bytes.empty() && out.state == State::more) {
    auto piece = bytes.substr(0, size);
    while (!piece.empty() && out.state == State::more) {
      const auto step = decoder.feed(piece);
      if (step.state != State::malformed) EXPECT_GT(step.consumed, 0U);
      out.state = step.state;
      out.body += step.data;
      piece.remove_prefix(step.consumed);
      bytes.remove_prefix(step.consumed);
    }
    size = following;
  }
  if (out.state == State::malformed) return {.state = out.state, .status = decoder.error().status};
  out.rest = bytes;
  out.trailers = decoder.trailers();
  return out;
}

/// The outcome, after seeing that it is the same byte by byte and cut in two anywhere.
Decoded decode(Framing framing, std::string_view bytes) {
  const auto whole = decode_in_pieces(framing, bytes, bytes.size(), 1);
  for (std::size_t cut = 1; cut < bytes.size(); ++cut)
    EXPECT_EQ(decode_in_pieces(framing, bytes, cut, bytes.size()), whole) << "cut at " << cut;
  EXPECT_EQ(decode_in_pieces(framing, bytes, 1, 1), whole) << "byte by byte";
  return whole;
}

Decoded decode_chunked(std::string_view bytes) { return decode(Framing::chunked(), bytes); }

TEST(BodyDecoder, IsDoneAtOnceWithoutABody) {
  EXPECT_EQ(BodyDecoder(Framing::none()).state(), State::done);
  EXPECT_EQ(BodyDecoder(Framing::length(0)).state(), State::done);
  EXPECT_EQ(BodyDecoder(Framing::length(1)).state(), State::more);
}

TEST(BodyDecoder, TakesTheDeclaredLengthAndNoMore) {
  EXPECT_EQ(decode(Framing::length(4), "bodyGET /"), (Decoded{State::done, "body", "GET /"}));
}

TEST(BodyDecoder, RefusesABodyThatEndsTooEarly) {
  BodyDecoder length(Framing::length(4));
  EXPECT_EQ(length.feed("bod").state, State::more);
  EXPECT_EQ(length.finish(), State::malformed);
  BodyDecoder chunked(Framing::chunked());
  EXPECT_EQ(chunked.feed("3\r\nabc\r\n0\r\n").state, State::more);
  EXPECT_EQ(chunked.finish(), State::malformed);
}

TEST(BodyDecoder, ReadsUntilTheConnectionCloses) {
  BodyDecoder decoder(Framing::until_close());
  EXPECT_EQ(decoder.feed("all of it").data, "all of it");
  EXPECT_EQ(decoder.finish(), State::done);
}

TEST(BodyDecoder, JoinsChunks) {
  EXPECT_EQ(
      decode_chunked("3\r\nabc\r\n00A\r\n0123456789\r\n0\r\n\r\nnext"),
      (Decoded{State::done, "abc0123456789", "next"}));
}

TEST(BodyDecoder, GivesViewsOfTheInput) {
  const std::string_view in = "3\r\nabc\r\n";
  BodyDecoder decoder(Framing::chunked());
  EXPECT_EQ(decoder.feed(in).data.data(), in.data() + 3);
}

TEST(BodyDecoder, SkipsExtensions) {
  EXPECT_EQ(
      decode_chunked("3;a=b;c=\"d\"\r\nabc\r\n0;last\r\n\r\n"), (Decoded{State::done, "abc"}));
}

TEST(BodyDecoder, BoundsExtensions) {
  std::string in;
  for (int i = 0; i < 200; ++i)
    in += "1;" + std::string(100, 'x') + "\r\na\r\n";
  BodyDecoder decoder(Framing::chunked());
  auto rest = std::string_view(in);
  auto step = decoder.feed(rest);
  while (step.state == State::more && !rest.empty()) {
    rest.remove_prefix(step.consumed);
    step = decoder.feed(rest);
  }
  EXPECT_EQ(step.state, State::malformed);
}

TEST(BodyDecoder, RefusesABrokenChunkedCoding) {
  for (const auto& bytes :
       {"\r\n\r\n"s,
        ";x\r\n"s,
        "+3\r\nabc\r\n"s,
        "-3\r\n"s,
        "0x3\r\nabc\r\n"s,
        "3_\r\nabc\r\n"s,
        " 3\r\n"s,
        "3 \r\nabc\r\n"s,
        "g\r\n"s,
        "3\nabc\r\n"s,
        "3\rabc\r\n"s,
        "3\r\nabcd\r\n"s,
        "3\r\nab\r\n0"s,
        "3\r\nabc\n0\r\n\r\n"s,
        "3\r\nabc0\r\n\r\n"s,
        "3;a\nb\r\nabc\r\n"s,
        "3;a\0\r\n"s,
        "3;\x7f\r\n"s,
        "3;\r\nabc\r\n"s,
        "3;=;;\"\xff\r\nabc\r\n"s,
        "3;a\rb\r\n"s,
        "FFFFFFFFFFFFFFFF\r\n"s,
        "10000000000000003\r\nabc\r\n"s,
        "0000000000000003\r\nabc\r\n"s,
        "0\r\nX\n\r\n"s,
        "0\r\n\n"s,
        "0\n\r\n"s,
        "0\r\n\rX"s})
    EXPECT_EQ(decode_chunked(bytes + "0\r\n\r\n").status, 400) << bytes;
}

TEST(BodyDecoder, ParsesTrailers) {
  const Decoded expected{
      .state = State::done,
      .body = "a",
      .rest = "x",
      .trailers = {{"Grpc-Status", "0"}, {"Y", ""}}};
  EXPECT_EQ(decode_chunked("1\r\na\r\n0\r\nGrpc-Status: 0\r\nY:\r\n\r\nx"), expected);
}

TEST(BodyDecoder, DropsTrailersThatMustComeFirst) {
  const auto decoded = decode_chunked(
      "0\r\nAuthorization: x\r\nhost: b.test\r\nContent-Length: 5\r\nTRANSFER-ENCODING: chunked\r\n"
      "Cookie: x\r\nSet-Cookie: x\r\nProxy-Authorization: x\r\nConnection: "
      "close\r\nWWW-Authenticate: x\r\n"
      "Accept-Encoding: x\r\nX: kept\r\n\r\n");
  EXPECT_EQ(decoded.trailers, (Fields{{"X", "kept"}}));
}

TEST(BodyDecoder, RefusesBadTrailers) {
  for (const auto& line : {"X : a"s, " folded"s, "no colon"s, ": a"s, "X: \0"s, "X: a\rb"s})
    EXPECT_EQ(decode_chunked("0\r\n" + line + "\r\n\r\n").status, 400) << line;
}

TEST(BodyDecoder, BoundsTrailers) {
  BodyDecoder decoder(Framing::chunked(), {.trailers = 32});
  EXPECT_EQ(decoder.feed("0\r\nX: " + std::string(40, 'x')).state, State::malformed);
  EXPECT_EQ(decoder.error().status, 431);
  const auto large = "0\r\nX: " + std::string(20000, 'x') + "\r\n\r\n";
  EXPECT_EQ(decode_in_pieces(Framing::chunked(), large, 1, 1000).status, 431);
}

}  // namespace
}  // namespace http
