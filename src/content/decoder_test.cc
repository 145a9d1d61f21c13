// SPDX-License-Identifier: Apache-2.0
#include "content/decoder.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <numeric>

#include "content/encoder.h"

namespace content {
namespace {

using namespace std::string_literals;
using base::ErrorKind;

const Codings every_coding[] = {
    {Coding::gzip}, {Coding::deflate},          {Coding::br},
    {Coding::zstd}, {Coding::gzip, Coding::br}, {Coding::zstd, Coding::deflate, Coding::gzip}};

std::string encoded(std::string_view text, const Codings& codings) {
  std::string out;
  Encoder(codings).feed(text, true, out);
  return out;
}

base::Result<std::string> decoded(
    std::string_view bytes,
    const Codings& codings,
    std::size_t piece = std::string::npos,
    Growth growth = {}) {
  Decoder decoder(codings, growth);
  std::string out;
  do {
    const auto part = bytes.substr(0, piece);
    bytes.remove_prefix(part.size());
    TRY_VOID(decoder.feed(part, bytes.empty(), out));
  } while (!bytes.empty());
  return out;
}

std::string some_text() {
  std::string text;
  for (int line = 0; line < 3000; ++line)
    text += "line " + std::to_string(line * line) + " of a text\n";
  return text;
}

/// RFC 1951 without anything around it.
std::string raw_deflated(std::string_view text) {
  z_stream stream{};
  ::deflateInit2(&stream, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
  std::string out(text.size() + 1000, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  ::deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  return out;
}

TEST(Decoder, GivesBackWhatWasEncoded) {
  const auto text = some_text();
  for (const auto& codings : every_coding) {
    const auto bytes = encoded(text, codings);
    EXPECT_LT(bytes.size(), text.size() / 2);
    EXPECT_EQ(decoded(bytes, codings).value(), text);
  }
}

TEST(Decoder, DoesNotCareHowABodyIsCut) {
  const auto text = some_text().substr(0, 5000);
  for (const auto& codings : every_coding)
    for (const std::size_t piece : {1, 2, 3, 7, 100})
      EXPECT_EQ(decoded(encoded(text, codings), codings, piece).value(), text);
}

TEST(Decoder, GivesNoMoreThanThereIsRoomForInAStep) {
  const std::string text(100'000, 'x');
  for (const auto& codings : every_coding) {
    Decoder decoder(codings);
    const auto bytes = encoded(text, codings);
    std::string_view rest = bytes;
    std::string out;
    for (bool is_done = false; !is_done;) {
      const auto before = out.size();
      const auto step = decoder.step(rest, true, out, 1000).value();
      EXPECT_LE(out.size() - before, 1000U);
      rest.remove_prefix(step.consumed);
      is_done = step.is_done;
    }
    EXPECT_EQ(out, text);
  }
}

TEST(Decoder, LetsABodyWithoutCodingsPass) {
  EXPECT_EQ(decoded("as it is", {}, 3).value(), "as it is");
}

TEST(Decoder, TakesABodyWithoutBytesForAnEmptyOne) {
  for (const auto& codings : every_coding)
    EXPECT_EQ(decoded("", codings).value(), "");
}

TEST(Decoder, ReadsAnEncodedNothing) {
  for (const auto& codings : every_coding)
    EXPECT_EQ(decoded(encoded("", codings), codings).value(), "");
}

TEST(Decoder, ReadsSeveralMembersOfGzipAndSeveralFramesOfZstd) {
  for (const auto coding : {Coding::gzip, Coding::zstd}) {
    const auto bytes = encoded("one ", {coding}) + encoded("", {coding}) + encoded("two", {coding});
    for (const std::size_t piece : {1, 5, 1000})
      EXPECT_EQ(decoded(bytes, {coding}, piece).value(), "one two");
  }
}

TEST(Decoder, ReadsDeflateWithoutItsHead) {
  const auto text = some_text();
  for (const std::size_t piece : {1, 2, 1000})
    EXPECT_EQ(decoded(raw_deflated(text), {Coding::deflate}, piece).value(), text);
  EXPECT_EQ(decoded(raw_deflated(""), {Coding::deflate}, 1).value(), "");
}

TEST(Decoder, RefusesDataThatEndsEarly) {
  for (const auto& codings : every_coding) {
    const auto bytes = encoded("a text of some length", codings);
    for (std::size_t size = 1; size < bytes.size(); ++size)
      EXPECT_FALSE(decoded(bytes.substr(0, size), codings)) << size;
  }
}

TEST(Decoder, RefusesDataThatGoesOnBehindItsEnd) {
  for (const auto& codings : every_coding) {
    EXPECT_FALSE(decoded(encoded("text", codings) + "x", codings));
    EXPECT_FALSE(decoded(encoded("text", codings) + "\0"s, codings, 1));
  }
}

TEST(Decoder, RefusesWhatIsNotInTheCodingAndStaysSo) {
  for (const auto& codings : every_coding) {
    Decoder decoder(codings);
    std::string out;
    EXPECT_FALSE(decoder.feed("{\"a\": \"text of a JSON body\"}", true, out));
    EXPECT_EQ(out, "");
    EXPECT_FALSE(decoder.feed(encoded("text", codings), true, out));
  }
}

TEST(Decoder, RefusesADamagedChecksum) {
  for (const auto coding : {Coding::gzip, Coding::deflate}) {
    auto bytes = encoded("text", {coding});
    bytes[bytes.size() - (coding == Coding::gzip ? 5 : 1)] ^= 1;
    EXPECT_FALSE(decoded(bytes, {coding}));
  }
}

TEST(Decoder, ReadsAnotherBodyAfterARestart) {
  for (const auto& codings : every_coding) {
    Decoder decoder(codings);
    std::string out;
    EXPECT_FALSE(decoder.feed("not that", true, out));
    decoder.restart();
    ASSERT_TRUE(decoder.feed(encoded("first ", codings), true, out));
    decoder.restart();
    ASSERT_TRUE(decoder.feed(encoded("second", codings), true, out));
    EXPECT_EQ(out, "first second");
  }
}

TEST(Decoder, RefusesABomb) {
  std::string zeros;
  zeros.resize(60'000'000);
  for (const auto& codings : every_coding) {
    Decoder decoder(codings);
    const auto bytes = encoded(zeros, codings);
    std::string out;
    const auto result = decoder.feed(bytes, true, out);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::denied);
    EXPECT_LE(out.size(), Growth{}.allowance + Growth{}.ratio * bytes.size());
  }
}

TEST(Decoder, RefusesABombThatShrinksAgainInTheNextCoding) {
  // A million empty members say nothing, but the coding around them says a lot.
  const Codings codings{Coding::gzip, Coding::zstd};
  std::string members;
  const auto member = encoded("", {Coding::gzip});
  for (int i = 0; i < 1'000'000; ++i)
    members += member;
  EXPECT_EQ(decoded(members, {Coding::gzip}).value(), "");
  EXPECT_EQ(decoded(encoded(members, {Coding::zstd}), codings).error().kind, ErrorKind::denied);
}

TEST(Decoder, LetsAVeryRegularBodyGrow) {
  std::string zeros;
  zeros.resize(10'000'000);
  for (const auto& codings : every_coding)
    EXPECT_EQ(decoded(encoded(zeros, codings), codings).value().size(), zeros.size());
}

TEST(Decoder, GrowsAsFarAsItIsTold) {
  const Growth little{.allowance = 1000, .ratio = 0};
  for (const auto& codings : every_coding) {
    EXPECT_TRUE(decoded(encoded(std::string(400, 'x'), codings), codings, 1, little));
    EXPECT_FALSE(decoded(encoded(std::string(1001, 'x'), codings), codings, 1, little));
  }
}

TEST(Decoder, RefusesAWindowOfMoreThan8MiB) {
  // Magic number; no flags; a window of 16 MiB (RFC 8878, 3.1.1.1.2); an empty last block.
  const auto wide = "\x28\xB5\x2F\xFD\x00\x70\x01\x00\x00"s;
  const auto widest = "\x28\xB5\x2F\xFD\x00\x68\x01\x00\x00"s;
  for (const std::size_t piece : {1, 100}) {
    EXPECT_FALSE(decoded(wide, {Coding::zstd}, piece));
    EXPECT_EQ(decoded(widest, {Coding::zstd}, piece).value(), "");
  }
}

TEST(Decoder, PassesOverFramesThatAreSkipped) {
  const auto skipped = "\x5A\x2A\x4D\x18\x06\x00\x00\x00secret"s;
  for (const auto& bytes :
       {skipped + encoded("text", {Coding::zstd}), encoded("text", {Coding::zstd}) + skipped}) {
    for (const std::size_t piece : {1, 100})
      EXPECT_EQ(decoded(bytes, {Coding::zstd}, piece).value(), "text");
  }
}

TEST(Decoder, PassesOverTheNameOfAMember) {
  const auto bytes = encoded("text", {Coding::gzip});
  for (const auto& [flag, field] : {std::pair{4, "\2\0xy"s}, {8, "name\0"s}, {16, "comment\0"s}}) {
    auto with = bytes;
    with[3] = static_cast<char>(flag);
    with.insert(10, field);
    for (const std::size_t piece : {1, 100}) {
      EXPECT_EQ(decoded(with, {Coding::gzip}, piece).value(), "text");
      EXPECT_EQ(decoded(bytes + with, {Coding::gzip}, piece).value(), "texttext");
    }
  }
}

TEST(Encoder, DelaysNothingWhenItIsTold) {
  for (const auto& codings : every_coding) {
    Encoder encoder(codings, Encoder::Delay::none);
    Decoder decoder(codings);
    std::string seen;
    for (const auto* event : {"data: 1\n\n", "", "data: two\n\n", "data: 3\n\n"}) {
      std::string wire;
      encoder.feed(event, false, wire);
      std::string got;
      ASSERT_TRUE(decoder.feed(wire, false, got));
      EXPECT_EQ(got, event);
    }
    std::string wire;
    encoder.feed("", true, wire);
    EXPECT_TRUE(decoder.feed(wire, true, seen));
    EXPECT_EQ(seen, "");
  }
}

TEST(Encoder, DoesNotCareHowABodyIsCut) {
  const auto text = some_text();
  for (const auto& codings : every_coding) {
    Encoder encoder(codings);
    std::string out;
    for (std::size_t at = 0; at < text.size(); at += 777)
      encoder.feed(std::string_view(text).substr(at, 777), false, out);
    encoder.feed("", true, out);
    EXPECT_EQ(decoded(out, codings).value(), text);
  }
}

TEST(Encoder, WritesAnotherBodyAfterARestart) {
  for (const auto& codings : every_coding) {
    Encoder encoder(codings);
    std::string ignored;
    encoder.feed("half of", false, ignored);
    for (const auto* text : {"first", "second"}) {
      encoder.restart();
      std::string out;
      encoder.feed(text, true, out);
      EXPECT_EQ(decoded(out, codings).value(), text);
    }
  }
}

}  // namespace
}  // namespace content
