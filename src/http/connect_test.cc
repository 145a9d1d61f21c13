// SPDX-License-Identifier: Apache-2.0
#include "http/connect.h"

#include <gtest/gtest.h>

namespace http {
namespace {

using Answer = Parsed<ConnectAnswer>;

/// The answer to `text`, which must be the same however it is cut.
Answer read(std::string_view text) {
  ConnectReader whole;
  const Answer at_once = whole.parse(text);
  ConnectReader pieces;
  Answer cut = NeedMore{};
  for (std::size_t end = 0; end <= text.size() && std::holds_alternative<NeedMore>(cut); ++end)
    cut = pieces.parse(text.substr(0, end));
  EXPECT_EQ(cut, at_once) << text;
  return at_once;
}

Answer complete(int status, std::size_t consumed) {
  return Complete<ConnectAnswer>{{.status = status}, consumed};
}

TEST(ConnectRequest, NamesTheHostTwice) {
  EXPECT_EQ(
      connect_request("a.test", 443, {})->reveal(),
      "CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n");
  EXPECT_EQ(
      connect_request("2001:db8::1", 22, {})->reveal(),
      "CONNECT [2001:db8::1]:22 HTTP/1.1\r\nHost: [2001:db8::1]:22\r\n\r\n");
}

TEST(ConnectRequest, SaysWhoAsks) {
  EXPECT_EQ(
      connect_request("a.test", 443, BasicLogin{"Aladdin", "open sesame"})->reveal(),
      "CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n"
      "Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n");
}

TEST(ConnectRequest, RefusesAHostThatWouldBeReadAsMore) {
  EXPECT_FALSE(connect_request("a.test\r\nX: y", 443, {}));
  EXPECT_FALSE(connect_request("a test", 443, {}));
}

TEST(ConnectReader, OpensOnAnySuccess) {
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\n\r\n"), complete(200, 19));
  EXPECT_EQ(read("HTTP/1.0 200 Connection established\r\nVia: x\r\n\r\n"), complete(200, 47));
  EXPECT_TRUE(ConnectAnswer{.status = 299}.open());
  EXPECT_FALSE(ConnectAnswer{.status = 300}.open());
}

TEST(ConnectReader, LeavesWhatFollowsWhateverTheFieldsSay) {
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nSSH-2.0"), complete(200, 38));
}

TEST(ConnectReader, ReadsARefusal) {
  EXPECT_EQ(
      read("HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\nbody"),
      complete(407, 56));
}

TEST(ConnectReader, SkipsInterimAnswers) {
  EXPECT_EQ(read("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"), complete(200, 46));
}

TEST(ConnectReader, RefusesWhatNoProxySays) {
  for (const auto* text :
       {"HTTP/1.1 101 Switching Protocols\r\n\r\n", "SSH-2.0-x\r\n\r\n", "HTTP/1.1 200 OK\n\n",
        "HTTP/2 200\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n"}) {
    ConnectReader reader;
    EXPECT_TRUE(std::holds_alternative<Malformed>(reader.parse(text))) << text;
  }
}

TEST(ConnectReader, EndsWhereInterimAnswersDoNot) {
  std::string endless;
  for (int i = 0; i < 20; ++i)
    endless += "HTTP/1.1 100 Continue\r\n\r\n";
  EXPECT_TRUE(std::holds_alternative<Malformed>(read(endless)));
  std::string wide = "HTTP/1.1 200 OK\r\n";
  wide += "X: " + std::string(20000, 'a');
  ConnectReader reader;
  EXPECT_TRUE(std::holds_alternative<Malformed>(reader.parse(wide)));
}

}  // namespace
}  // namespace http
