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

Likeness first_line(std::string_view bytes) { return FirstLine().read(bytes); }

bool begins_like_a_method(std::string_view bytes) {
  FirstLine line;
  EXPECT_EQ(line.read(bytes), Likeness::perhaps) << bytes;
  return line.begins_like_a_method();
}

class RequestLine : public testing::TestWithParam<std::string_view> {};

TEST_P(RequestLine, IsSeen) { EXPECT_EQ(first_line(GetParam()), Likeness::yes); }

TEST_P(RequestLine, IsSeenByteByByte) {
  FirstLine line;
  for (const char c : GetParam())
    line.read({&c, 1});
  EXPECT_EQ(line.likeness(), Likeness::yes);
}

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
        "get /x HTTP/1.1\r\n",
        "G3T!~ /x HTTP/1.1\r\n",
        "FOO /\x01 HTTP/1.1\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "PROXY TCP4 192.0.2.1 192.0.2.2 1 80\r\nGET /x HTTP/1.1\r\n",
        "PROXY UNKNOWN\r\nget /x http/1.1\r\n",
        "GET /never-finished"));

TEST(FirstLine, WithALongMethodIsSeenToo) {
  EXPECT_EQ(first_line(std::string(300, 'A') + " /x HTTP/1.1\r\n"), Likeness::yes);
}

TEST(FirstLine, OfAMethodAndAControlByteMayBeARequest) {
  using namespace std::string_view_literals;
  EXPECT_EQ(first_line("GET \0"sv), Likeness::perhaps);
  EXPECT_EQ(first_line("GET \0 /x"sv), Likeness::yes);
}

TEST(FirstLine, OfOtherProtocolsIsNone) {
  using namespace std::string_view_literals;
  for (const auto bytes :
       {"SET key value\r\n"sv, "GET key\r\n"sv, "PING\r\n"sv,
        "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"sv, "EHLO localhost\r\n"sv, "*1\r\n$4\r\nPING\r\n"sv,
        "CONNECT\naccept-version:1.2\n"sv, "003egit-upload-pack /project.git\0host=git.test\0"sv})
    EXPECT_EQ(first_line(bytes), Likeness::no) << bytes;
}

/// memcached's keys may begin so. What is behind such a line reaches no other site: it cannot name
/// one.
TEST(FirstLine, WithAPathAndNeitherMethodNorVersionIsNone) {
  EXPECT_EQ(first_line("get /views/home\r\n"), Likeness::no);
  EXPECT_EQ(first_line("get http://a.test/\r\nHost: b.test\r\n"), Likeness::no);
}

TEST(FirstLine, OfBinaryBytesIsNoneAtOnce) {
  using namespace std::string_view_literals;
  EXPECT_EQ(first_line("\0\0\0\x08\x04\xd2"sv), Likeness::no);
  EXPECT_EQ(first_line("\n\x03"), Likeness::no);
  EXPECT_EQ(
      first_line("0\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\0\x80\0"sv), Likeness::no);  // LDAP
}

TEST(FirstLine, ThatIsUnfinishedMayBecomeOne) {
  EXPECT_EQ(first_line(""), Likeness::perhaps);
  EXPECT_EQ(first_line("\r\n \r\n"), Likeness::perhaps);
  EXPECT_EQ(first_line("SET key"), Likeness::perhaps);
  EXPECT_EQ(first_line(std::string(20000, '\n')), Likeness::perhaps);
  EXPECT_EQ(first_line("SET " + std::string(20000, 'v')), Likeness::perhaps);
  EXPECT_EQ(first_line("SET " + std::string(20000, 'v') + " HTTP/1.1"), Likeness::yes);
}

TEST(FirstLine, IsToldByItsMethodBeforeItIsComplete) {
  for (auto bytes : {"G", "GE", "GET", "GET ", "GET key", "\r\nPO", "VERSION-CONTROL x"})
    EXPECT_TRUE(begins_like_a_method(bytes)) << bytes;
  for (auto bytes :
       {"", "\r\n", "ge", "Get", "GETS", "ruok", "SET key", "get key", "VERSION-CONTROLS"})
    EXPECT_FALSE(begins_like_a_method(bytes)) << bytes;
}

}  // namespace
}  // namespace http
