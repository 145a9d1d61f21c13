// SPDX-License-Identifier: Apache-2.0
#include "content/multipart.h"

#include <gtest/gtest.h>

namespace content {
namespace {

using namespace std::string_literals;
using Role = MultipartTracker::Role;

/// What was followed, in short: content in angle brackets behind its part's number, structure as a
/// dot.
struct Followed {
  std::string short_form{};
  std::string bytes{};
  std::vector<Part> parts{};
};

Followed follow(std::string_view body, std::size_t piece, std::string_view boundary = "b") {
  Followed out;
  MultipartTracker tracker(boundary);
  auto last = Role::structure;
  const auto sink = [&](const MultipartTracker::Stretch& stretch) {
    out.bytes += stretch.bytes;
    if (stretch.role == Role::content) {
      if (last != Role::content) {
        out.short_form += std::to_string(stretch.part.number) + "<";
        out.parts.push_back(stretch.part);
      }
      out.short_form += stretch.bytes;
    } else if (last == Role::content) {
      out.short_form += ">";
    }
    last = stretch.role;
  };
  for (std::size_t at = 0; at < body.size(); at += piece)
    EXPECT_TRUE(tracker.feed(body.substr(at, piece), false, sink));
  EXPECT_TRUE(tracker.feed("", true, sink));
  if (last == Role::content) out.short_form += ">";
  EXPECT_EQ(out.bytes, body);
  return out;
}

/// In pieces of every size.
std::string short_form(const std::string& body) {
  const auto whole = follow(body, body.size()).short_form;
  for (std::size_t piece = 1; piece < body.size(); ++piece)
    EXPECT_EQ(follow(body, piece).short_form, whole) << piece;
  return whole;
}

TEST(Multipart, TellsContentFromStructure) {
  EXPECT_EQ(
      short_form("--b\r\nA: 1\r\n\r\none\r\n--b\r\n\r\ntwo\r\nlines\r\n--b--\r\n"),
      "1<one>2<two\r\nlines>");
}

TEST(Multipart, TakesTextAroundThePartsForStructure) {
  EXPECT_EQ(short_form("before\r\n--b\r\n\r\none\r\n--b--\r\nbehind\r\n--b\r\n\r\nx"), "1<one>");
}

TEST(Multipart, KnowsLinesThatEndWithoutCr) {
  EXPECT_EQ(short_form("--b\nA: 1\n\none\n--b\n\ntwo\n--b--"), "1<one>2<two>");
}

TEST(Multipart, AllowsBlanksBehindABoundary) {
  EXPECT_EQ(short_form("--b \t\r\n\r\none\r\n--b  \r\n\r\ntwo\r\n--b--"), "1<one>2<two>");
}

TEST(Multipart, TakesWhatOnlyBeginsLikeADelimiterForContent) {
  EXPECT_EQ(
      short_form("--b\r\n\r\n\r\n--bb\r\n--\r\r\n--b-\r\n --b\r\n--b x\r\n--b--"),
      "1<\r\n--bb\r\n--\r\r\n--b-\r\n --b\r\n--b x>");
}

TEST(Multipart, KnowsPartsWithoutContent) {
  EXPECT_EQ(
      short_form("--b\r\nA: 1\r\n\r\n--b\r\n\r\n\r\n--b\r\nA: 1\r\n--b\r\n\r\nx\r\n--b--"), "4<x>");
}

TEST(Multipart, MayEndWithoutItsLastDelimiter) {
  EXPECT_EQ(short_form("--b\r\n\r\none\r\n"), "1<one\r\n>");
  EXPECT_EQ(short_form("--b\r\n\r\none\r\n--b"), "1<one>");
  EXPECT_EQ(short_form("--b\r\nA: 1"), "");
}

TEST(Multipart, KnowsWhatAPartIs) {
  const auto parts = follow(
                         "--b\r\nContent-Disposition: form-data; name=\"a field\"\r\n"
                         "content-type: application/json\r\n\r\n{}\r\n"
                         "--b\r\nContent-Type: multipart/mixed;\r\n boundary=inner\r\n"
                         "Content-Transfer-Encoding: BASE64\r\n\r\nx\r\n"
                         "--b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nx\r\n--b--",
                         5)
                         .parts;
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_EQ(parts[0].name, "a field");
  EXPECT_EQ(parts[0].format.syntax, Syntax::json);
  EXPECT_EQ(parts[0].encoding, TransferEncoding::none);
  EXPECT_EQ(parts[1].format, (Format{.syntax = Syntax::multipart, .boundary = "inner"}));
  EXPECT_EQ(parts[1].encoding, TransferEncoding::base64);
  EXPECT_EQ(parts[2].encoding, TransferEncoding::quoted_printable);
  EXPECT_EQ(parts[2].format.syntax, Syntax::raw);
  EXPECT_EQ(parts[2].name, "");
}

TEST(Multipart, RefusesAHeadWithoutEnd) {
  const auto ignore = [](const MultipartTracker::Stretch&) {};
  MultipartTracker tracker("b");
  EXPECT_TRUE(tracker.feed("--b\r\n" + std::string(16'000, 'x'), false, ignore));
  EXPECT_FALSE(tracker.feed(std::string(1000, 'x'), false, ignore));
}

TEST(Multipart, KeepsNoMoreThanADelimiter) {
  std::size_t seen = 0;
  MultipartTracker tracker("boundary");
  const auto count = [&](const MultipartTracker::Stretch& stretch) {
    seen += stretch.bytes.size();
  };
  std::size_t given = 0;
  for (const auto* piece : {"--boundary\r\n\r\n", "text\r", "\n", "--bound", "ary\r", "x\r\n--b"}) {
    given += std::string_view(piece).size();
    ASSERT_TRUE(tracker.feed(piece, false, count));
    EXPECT_LE(given - seen, 14U);
  }
}

}  // namespace
}  // namespace content
