// SPDX-License-Identifier: Apache-2.0
#include "http/likeness.h"

#include <gtest/gtest.h>

#include <string>

namespace http {
namespace {

TEST(RequestLikeness, AMethodAndABlankAreARequest) {
  EXPECT_EQ(request_likeness("GET "), Likeness::yes);
}

TEST(RequestLikeness, AnEmptyLineBeforeItIsIgnored) {
  EXPECT_EQ(request_likeness("\r\nGET "), Likeness::yes);
}

TEST(RequestLikeness, TheBeginningOfAMethodMayBecomeOne) {
  EXPECT_EQ(request_likeness(""), Likeness::perhaps);
  EXPECT_EQ(request_likeness("\r"), Likeness::perhaps);
  EXPECT_EQ(request_likeness("GE"), Likeness::perhaps);
}

TEST(RequestLikeness, BytesThatNoMethodHasAreNone) {
  EXPECT_EQ(request_likeness("SSH-2.0"), Likeness::no);
  EXPECT_EQ(request_likeness(" GET"), Likeness::no);
  EXPECT_EQ(request_likeness(std::string(30, 'A')), Likeness::no);
}

class RequestLine : public testing::TestWithParam<std::string_view> {};

TEST_P(RequestLine, IsSeen) { EXPECT_EQ(request_line_likeness(GetParam()), Likeness::yes); }

INSTANTIATE_TEST_SUITE_P(
    Forgiven,
    RequestLine,
    testing::Values(
        "GET /x HTTP/1.1\r\n",
        "GET /x\r\n",
        "GET http://a.test\r\n",
        "\r\nGET /x HTTP/1.1\r\n",
        "\r\n\r\n \n\tGET /x HTTP/1.1\r\n",
        " GET /x HTTP/1.1\r\n",
        "GET\t/x HTTP/1.1\r\n",
        "GET\v/x\n",
        "GET\r/x\n",
        "GET  /x\n",
        "get x http/1.1\r\n",
        "G3T!~ /x HTTP/1.1\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET /never-finished"));

TEST(RequestLineLikeness, ALongMethodIsSeenToo) {
  EXPECT_EQ(request_line_likeness(std::string(300, 'A') + " /x\r\n"), Likeness::yes);
}

TEST(RequestLineLikeness, OtherProtocolsAreNone) {
  EXPECT_EQ(request_line_likeness("SET key value\r\n"), Likeness::no);
  EXPECT_EQ(request_line_likeness("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"), Likeness::no);
  EXPECT_EQ(request_line_likeness("EHLO localhost\r\n"), Likeness::no);
  EXPECT_EQ(request_line_likeness("*1\r\n$4\r\nPING\r\n"), Likeness::no);
}

TEST(RequestLineLikeness, BinaryBytesAreSeenAtOnce) {
  using namespace std::string_view_literals;
  EXPECT_EQ(request_line_likeness("\0\0\0\x08\x04\xd2"sv), Likeness::no);
  EXPECT_EQ(
      request_line_likeness("\n\x03"
                            "abc"sv),
      Likeness::no);
}

TEST(RequestLineLikeness, AnUnfinishedLineMayBecomeOne) {
  EXPECT_EQ(request_line_likeness(""), Likeness::perhaps);
  EXPECT_EQ(request_line_likeness("\r\n \r\n"), Likeness::perhaps);
  EXPECT_EQ(request_line_likeness("SET key"), Likeness::perhaps);
}

TEST(RequestLineLikeness, ALineThatNeverEndsIsTakenForOne) {
  EXPECT_EQ(request_line_likeness("SET " + std::string(20000, 'v')), Likeness::yes);
  EXPECT_EQ(request_line_likeness(std::string(20000, '\n')), Likeness::yes);
}

}  // namespace
}  // namespace http
