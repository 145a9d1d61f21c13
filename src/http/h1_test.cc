// SPDX-License-Identifier: Apache-2.0
#include "http/h1.h"

#include <gtest/gtest.h>

#include <string>

#include "http/test_support.h"

namespace http {
namespace {

using namespace std::string_literals;

TEST(RequestParser, ReadsAHead) {
  const auto request = request_of(
      "GET /a?b=c HTTP/1.1\r\nHost: a.test\r\nX-Empty:\r\nX-Text: \t caf\xc3\xa9 \"x\"\t\r\n\r\n");
  const Request expected{
      .method = "GET",
      .target = "/a?b=c",
      .version = Version::http_1_1,
      .fields = {{"Host", "a.test"}, {"X-Empty", ""}, {"X-Text", "caf\xc3\xa9 \"x\""}}};
  EXPECT_EQ(request, expected);
}

TEST(RequestParser, TellsWhereTheBodyBegins) {
  const auto head = with_fields("Content-Length: 4\r\n");
  const auto parsed = parse_request(head + "body");
  ASSERT_TRUE(std::holds_alternative<Complete<Request>>(parsed));
  EXPECT_EQ(std::get<Complete<Request>>(parsed).consumed, head.size());
}

TEST(RequestParser, ReadsOneHeadAfterAnother) {
  const auto first = "GET /1 HTTP/1.1\r\nHost: a.test\r\n\r\n"s;
  const auto buffer = first + "\r\nGET /2 HTTP/1.1\r\nHost: a.test\r\n\r\n";
  RequestParser parser;
  auto parsed = parser.parse(buffer);
  ASSERT_TRUE(std::holds_alternative<Complete<Request>>(parsed));
  const auto rest = std::string_view(buffer).substr(std::get<Complete<Request>>(parsed).consumed);
  parsed = parser.parse(rest);
  ASSERT_TRUE(std::holds_alternative<Complete<Request>>(parsed));
  EXPECT_EQ(std::get<Complete<Request>>(parsed).message.target, "/2");
  EXPECT_EQ(std::get<Complete<Request>>(parsed).consumed, rest.size());
}

TEST(RequestParser, WaitsForTheEmptyLine) {
  EXPECT_EQ(parse_request("GET / HTTP/1.1\r\nHost: a.test\r\n"), Parsed<Request>(NeedMore{}));
  EXPECT_EQ(parse_request(""), Parsed<Request>(NeedMore{}));
  EXPECT_EQ(parse_request("\r\n"), Parsed<Request>(NeedMore{}));
}

TEST(RequestParser, AcceptsHttp10WithoutHost) {
  EXPECT_EQ(request_of("GET / HTTP/1.0\r\n\r\n").version, Version::http_1_0);
}

TEST(RequestParser, AcceptsEveryTargetFormThatFitsTheMethod) {
  for (auto line :
       {"GET http://a.test/x?y HTTP/1.1", "CONNECT a.test:443 HTTP/1.1", "OPTIONS * HTTP/1.1",
        "CONNECT [2001:db8::1]:443 HTTP/1.1", "M-SEARCH /x HTTP/1.1"})
    request_of(line + "\r\nHost: a.test\r\n\r\n"s);
}

TEST(RequestParser, RefusesABadFirstLine) {
  const struct {
    std::string line;
    int status;
  } cases[] = {
      {"GET /", 400},
      {"GET  / HTTP/1.1", 400},
      {"GET /  HTTP/1.1", 400},
      {"GET\t/ HTTP/1.1", 400},
      {"GET /\tHTTP/1.1", 400},
      {" GET / HTTP/1.1", 400},
      {"GET / HTTP/1.1 ", 400},
      {"GET /a b HTTP/1.1", 400},
      {"G@T / HTTP/1.1", 400},
      {"GET / http/1.1", 400},
      {"GET / HTTP/1.10", 400},
      {"GET / HTTP/4294967295.255", 400},
      {"GET / HTTP/1", 400},
      {"GET / HTTP /1.1", 400},
      {"GET / HTTP/1.2", 505},
      {"GET / HTTP/0.9", 505},
      {"PRI * HTTP/2.0", 505},
      {"GET * HTTP/1.1", 400},
      {"GET a.test/x HTTP/1.1", 400},
      {"GET ://a.test/ HTTP/1.1", 400},
      {"GET http:///x HTTP/1.1", 400},
      {"GET http://user@a.test/ HTTP/1.1", 400},
      {"GET /#fragment HTTP/1.1", 400},
      {"GET /\xc3\xa9 HTTP/1.1", 400},
      {"GET /\x01 HTTP/1.1", 400},
      {"GET /\0 HTTP/1.1"s, 400},
      {"CONNECT /x HTTP/1.1", 400},
      {"CONNECT a.test HTTP/1.1", 400},
      {"CONNECT a.test:0 HTTP/1.1", 400},
      {"CONNECT a.test:65536 HTTP/1.1", 400},
      {"\r\n\r\nGET / HTTP/1.1", 400},
  };
  for (const auto& [line, status] : cases)
    EXPECT_EQ(refusal_of_request(line + "\r\nHost: a.test\r\n\r\n"), status) << line;
}

TEST(RequestParser, RefusesABadFirstLineBeforeTheHeadIsComplete) {
  const struct {
    std::string bytes;
    int status;
  } cases[] = {
      {"GET / HTTP/9.9\r\n", 505},
      {"PING\r\n", 400},
      {"\r\nGET /\r\n", 400},
      {"CONNECT /x HTTP/1.1\r\nHost: a", 400},
      // What is wrong behind it is told of a first line that is right.
      {"GET / HTTP/9.9\r\nHost: a.test\n", 505},
      {"GET / HTTP/1.1\r\nHost: a.test\n", 400},
  };
  for (const auto& [bytes, status] : cases)
    EXPECT_EQ(refusal_of_request(bytes), status) << bytes;
  EXPECT_EQ(parse_request("GET / HTTP/9.9\r"), Parsed<Request>(NeedMore{}));
}

TEST(RequestParser, ReadsTheNextHeadAfterARefusedOne) {
  RequestParser parser;
  EXPECT_TRUE(std::holds_alternative<Malformed>(parser.parse("GET /1 HTTP/1.1\r\nHost: a\n")));
  const auto parsed = parser.parse("GET /2 HTTP/1.1\r\nHost: a.test\r\n\r\n");
  ASSERT_TRUE(std::holds_alternative<Complete<Request>>(parsed));
  EXPECT_EQ(std::get<Complete<Request>>(parsed).message.target, "/2");
}

TEST(RequestParser, RefusesLineEndsOtherThanCrLf) {
  for (auto bytes :
       {"GET / HTTP/1.1\nHost: a.test\r\n\r\n", "GET / HTTP/1.1\r\nHost: a.test\n\r\n",
        "GET / HTTP/1.1\r\nHost: a.test\r\n\n", "GET / HTTP/1.1\r\nHost: a.test\rX: y\r\n\r\n",
        "GET / HTTP/1.1\r\r\nHost: a.test\r\n\r\n", "GET / HTTP/1.1\r\nHost: a.test\r\r\n\r\n",
        "\nGET / HTTP/1.1\r\nHost: a.test\r\n\r\n",
        "GET / HTTP/1.1\r\nX: a\r\n\rb\r\nHost: a.test\r\n\r\n"})
    EXPECT_EQ(refusal_of_request(bytes), 400) << bytes;
}

TEST(RequestParser, RefusesABareLfBeforeTheHeadIsComplete) {
  EXPECT_TRUE(std::holds_alternative<Malformed>(parse_request("GET / HTTP/1.1\n")));
}

TEST(RequestParser, RefusesBadFields) {
  for (const auto& lines :
       {"X: a\r\n folded\r\n"s, "X: a\r\n\tfolded\r\n"s, "X : a\r\n"s, "X\t: a\r\n"s, ": a\r\n"s,
        "no colon\r\n"s, "X(): a\r\n"s, "X\xc3\xa9: a\r\n"s, "X: a\0b\r\n"s, "X: a\x01z\r\n"s,
        "X: \x7f\r\n"s, "X: a\vb\r\n"s, "Host: a.test\r\n"s, "host: b.test\r\n"s})
    EXPECT_EQ(refusal_of_request(with_fields(lines)), 400) << lines;
}

TEST(RequestParser, RefusesAFoldedFirstField) {
  EXPECT_EQ(refusal_of_request("GET / HTTP/1.1\r\n Host: a.test\r\n\r\n"), 400);
}

TEST(RequestParser, RefusesABadHost) {
  for (auto host :
       {"", "a b", "a.test, b.test", "user@a.test", "a.test/x", "a.test:", "a.test:x",
        "a.test:99999", "http://a.test", "*.a.test", "%61.test", "[::1", "[a.test]", "::1"})
    EXPECT_EQ(refusal_of_request("GET / HTTP/1.1\r\nHost: "s + host + "\r\n\r\n"), 400) << host;
  EXPECT_EQ(refusal_of_request("GET / HTTP/1.1\r\n\r\n"), 400);
}

TEST(RequestParser, RefusesAmbiguousFraming) {
  const struct {
    std::string lines;
    int status;
  } cases[] = {
      {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", 400},
      {"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", 400},
      {"Content-Length: 5\r\nContent-Length: 6\r\n", 400},
      {"Content-Length: 5\r\nContent-Length: 5\r\n", 400},
      {"Content-Length: 5, 5\r\n", 400},
      {"Content-Length: +5\r\n", 400},
      {"Content-Length: -5\r\n", 400},
      {"Content-Length: 0x5\r\n", 400},
      {"Content-Length: 5 5\r\n", 400},
      {"Content-Length:\r\n", 400},
      {"Content-Length: 99999999999999999999\r\n", 400},
      {"Content-Length: 9223372036854775808\r\n", 400},
      {"Transfer-Encoding: chunked, chunked\r\n", 400},
      {"Transfer-Encoding: chunked, identity\r\n", 400},
      {"Transfer-Encoding: ,chunked\r\n", 400},
      {"Transfer-Encoding: gzip, chunked\r\n", 400},
      {"Transfer-Encoding: \"chunked\"\r\n", 400},
      {"Transfer-Encoding: chunked;x=y\r\n", 400},
      {"Transfer-Encoding: chunked\v\r\n", 400},
      {"Transfer-Encoding: chunked\x85\r\n", 400},
      {"Transfer-Encoding: \xa0"s + "chunked\r\n", 400},
      {"Transfer-Encoding: Chunked\r\n", 400},
      {"Transfer-Encoding:\r\n", 400},
      {"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 400},
      {"Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n", 400},
      {"Transfer-Encoding: xchunked\r\n", 501},
      {"Transfer-Encoding: identity\r\n", 501},
  };
  for (const auto& [lines, status] : cases)
    EXPECT_EQ(refusal_of_request(with_fields(lines)), status) << lines;
}

TEST(RequestParser, RefusesACodingInHttp10) {
  EXPECT_EQ(refusal_of_request("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
}

TEST(RequestParser, AcceptsPlainFraming) {
  request_of(with_fields("Content-Length: 9223372036854775807\r\n"));
  request_of(with_fields("Content-Length: 0\r\n"));
  request_of(with_fields("transfer-encoding: chunked\r\n"));
}

/// The verdict with small limits, in one piece and byte by byte.
int refusal_within(const Limits& limits, std::string_view bytes) {
  auto whole = parse_request(bytes, limits);
  RequestParser parser(limits);
  Parsed<Request> parsed;
  for (std::size_t end = 0; end <= bytes.size(); ++end) {
    parsed = parser.parse(bytes.substr(0, end));
    if (!std::holds_alternative<NeedMore>(parsed)) break;
  }
  EXPECT_EQ(parsed, whole);
  auto* malformed = std::get_if<Malformed>(&whole);
  return malformed ? malformed->status : 0;
}

TEST(RequestParser, RefusesALargeHead) {
  const Limits limits{.head = 100};
  const auto line = "GET / HTTP/1.1\r\n"s;
  const auto host = "Host: a.test\r\n"s;
  const auto filler = [](std::size_t size) { return std::string(size, 'x'); };
  const auto fits = line + host + "X: " + filler(100 - line.size() - host.size() - 7) + "\r\n\r\n";
  EXPECT_EQ(fits.size(), 100U);
  EXPECT_EQ(refusal_within(limits, fits), 0);
  EXPECT_EQ(refusal_within(limits, line + host + "X: " + filler(100) + "\r\n\r\n"), 431);
  EXPECT_EQ(refusal_within(limits, line + host + "X: " + filler(200)), 431);
  EXPECT_EQ(refusal_within(limits, "GET /" + filler(200) + " HTTP/1.1\r\n\r\n"), 414);
  EXPECT_EQ(refusal_within(limits, line + host + "X: " + filler(100) + "\n"), 431);
}

TEST(RequestParser, RefusesALongTarget) {
  const auto with_target = [](std::size_t size) {
    return "GET /" + std::string(size - 1, 'x') + " HTTP/1.1\r\nHost: a.test\r\n\r\n";
  };
  EXPECT_EQ(refusal_within({.target = 20}, with_target(20)), 0);
  EXPECT_EQ(refusal_within({.target = 20}, with_target(21)), 414);
}

TEST(RequestParser, RefusesTooManyFields) {
  EXPECT_EQ(refusal_within({.fields = 2}, with_fields("X: 1\r\n")), 0);
  EXPECT_EQ(refusal_within({.fields = 2}, with_fields("X: 1\r\nX: 2\r\n")), 431);
}

TEST(ResponseParser, ReadsAHead) {
  const Response expected{
      .status = 404, .reason = "Not Found", .fields = {{"Content-Length", "0"}}};
  EXPECT_EQ(response_of("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"), expected);
}

TEST(ResponseParser, AcceptsAMissingReason) {
  EXPECT_EQ(response_of("HTTP/1.1 200 \r\n\r\n").reason, "");
  EXPECT_EQ(response_of("HTTP/1.0 200\r\n\r\n").version, Version::http_1_0);
}

TEST(ResponseParser, AcceptsCodingNamesInAnyCase) {
  response_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n");
}

TEST(ResponseParser, RefusesWhatRequestsRefuseAsBadGateway) {
  for (const auto& bytes :
       {"HTTP/1.1 20 OK\r\n\r\n"s,
        "HTTP/1.1 2000 OK\r\n\r\n"s,
        "HTTP/1.1 099 OK\r\n\r\n"s,
        "HTTP/1.1  200 OK\r\n\r\n"s,
        "HTTP/1.1 200OK\r\n\r\n"s,
        "HTTP/1.1 2x0 OK\r\n\r\n"s,
        "HTTP/2.0 200 OK\r\n\r\n"s,
        "http/1.1 200 OK\r\n\r\n"s,
        "HTTP/1.1\r\n\r\n"s,
        "ICY 200 OK\r\n\r\n"s,
        "HTTP/1.1 200 O\0K\r\n\r\n"s,
        "HTTP/1.1 200 OK\n\n"s,
        "HTTP/1.1 200 OK\r\nX: a\nb\r\n\r\n"s,
        "\r\nHTTP/1.1 200 OK\r\n\r\n"s,
        "HTTP/1.1 200 OK\r\nX : y\r\n\r\n"s,
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"s,
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"s,
        "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"s,
        "HTTP/1.1 204 No\r\nTransfer-Encoding: chunked\r\n\r\n"s,
        "HTTP/1.1 101 Up\r\nTransfer-Encoding: chunked\r\n\r\n"s})
    EXPECT_EQ(refusal_of_response(bytes), 502) << bytes;
}

}  // namespace
}  // namespace http
