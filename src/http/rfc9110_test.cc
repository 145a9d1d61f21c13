// SPDX-License-Identifier: Apache-2.0
// Rules of RFC 9110 (HTTP Semantics) that a message on its way has to keep, named by section. Those
// that belong to one part of the room are in that part's own tests.

#include <gtest/gtest.h>

#include <string>

#include "http/connection.h"
#include "http/framing.h"
#include "http/grammar.h"
#include "http/test_support.h"

namespace http {
namespace {

using namespace std::string_literals;

const std::string lines_of_host = "Host: a.test\r\n";

std::string request_with_method(const std::string& method) {
  return method + " / HTTP/1.1\r\n" + lines_of_host + "\r\n";
}

TEST(Rfc9110Section2_5, AMinorVersionThatDoesNotExistIsNotGuessed) {
  for (auto version : {"HTTP/1.2", "HTTP/1.9", "HTTP/2.0", "HTTP/3.0", "HTTP/0.9"})
    EXPECT_EQ(refusal_of_request("GET / "s + version + "\r\nHost: a.test\r\n\r\n"), 505) << version;
}

TEST(Rfc9110Section5_1, AFieldNameIsAToken) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    if (c == ':' || c == '\n' || c == '\r') continue;
    const bool good = is_token({&c, 1});
    const auto line = "X"s + c + "Y: z\r\n";
    EXPECT_EQ(refusal_of_request(with_fields(line)), good ? 0 : 400) << byte;
    EXPECT_EQ(refusal_of_response(answer_with(line)), good ? 0 : 502) << byte;
  }
}

TEST(Rfc9110Section5_3, LinesOfOneNameKeepTheirOrder) {
  const auto request = request_of(with_fields("X: 1\r\nY: 2\r\nx: 3\r\n"));
  EXPECT_EQ(request.fields.all("X"), (std::vector<std::string_view>{"1", "3"}));
}

TEST(Rfc9110Section5_4, AFloodOfFieldsIsRefusedWithTheUsualLimits) {
  const auto flood = [](int count) {
    std::string lines;
    for (int i = 0; i < count; ++i)
      lines += "X: y\r\n";
    return lines;
  };
  EXPECT_TRUE(std::holds_alternative<Complete<Request>>(parse_request(with_fields(flood(255)))));
  EXPECT_EQ(std::get<Malformed>(parse_request(with_fields(flood(256)))).status, 431);
  EXPECT_TRUE(std::holds_alternative<Complete<Response>>(parse_response(answer_with(flood(256)))));
  EXPECT_EQ(std::get<Malformed>(parse_response(answer_with(flood(257)))).status, 502);
}

TEST(Rfc9110Section5_4, AHeadOf64KiBIsTheLargest) {
  const auto filler = [](std::size_t size) { return "X: " + std::string(size, 'x') + "\r\n"; };
  const auto room = (64UL << 10U) - with_fields(filler(0)).size();
  EXPECT_TRUE(std::holds_alternative<Complete<Request>>(parse_request(with_fields(filler(room)))));
  EXPECT_EQ(std::get<Malformed>(parse_request(with_fields(filler(room + 1)))).status, 431);
  const auto space = (64UL << 10U) - answer_with(filler(0)).size();
  EXPECT_TRUE(
      std::holds_alternative<Complete<Response>>(parse_response(answer_with(filler(space)))));
  EXPECT_EQ(std::get<Malformed>(parse_response(answer_with(filler(space + 1)))).status, 502);
}

TEST(Rfc9110Section5_5, AControlByteInAValueIsRefusedInBothDirections) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool good = c == '\t' || byte >= 0x80 || (byte >= 0x20 && byte != 0x7F);
    const auto line = "X: a"s + c + "b\r\n";
    EXPECT_EQ(refusal_of_request(with_fields(line)), good ? 0 : 400) << byte;
    EXPECT_EQ(refusal_of_response(answer_with(line)), good ? 0 : 502) << byte;
  }
}

TEST(Rfc9110Section5_5, BlanksAroundAValueAreNotPartOfIt) {
  EXPECT_EQ(request_of(with_fields("X: \t a b\t \r\n")).fields.find("x"), "a b");
  EXPECT_EQ(response_of(answer_with("X:a\t\r\n")).fields.find("x"), "a");
}

TEST(Rfc9110Section6_5_1, ATrailerIsNeverTakenForAFieldOfTheHead) {
  for (std::string name :
       {"Content-Length",
        "Transfer-Encoding",
        "Host",
        "Authorization",
        "Proxy-Authorization",
        "Proxy-Authenticate",
        "Cookie",
        "Set-Cookie",
        "Content-Type",
        "Content-Encoding",
        "Content-Language",
        "Content-Location",
        "Content-Range",
        "Cache-Control",
        "Expect",
        "TE",
        "Max-Forwards",
        "Range",
        "If-Match",
        "If-None-Match",
        "If-Modified-Since",
        "If-Unmodified-Since",
        "If-Range",
        "Pragma",
        "Location",
        "Vary",
        "Date",
        "Expires",
        "Age",
        "Retry-After",
        "WWW-Authenticate",
        "Authentication-Info",
        "Connection",
        "Upgrade",
        "Trailer",
        "Keep-Alive",
        "Forwarded",
        "Via"})
    EXPECT_EQ(
        dechunk("0\r\n" + name + ": 1\r\nX-Checksum: 2\r\n\r\n").trailers,
        (Fields{{"X-Checksum", "2"}}))
        << name;
}

TEST(Rfc9110Section6_5_1, ATrailerCannotMoveTheEndOfItsBody) {
  const auto body = dechunk("1\r\na\r\n0\r\nContent-Length: 9\r\n\r\nGET /next");
  EXPECT_EQ(body.body, "a");
  EXPECT_EQ(body.rest, "GET /next");
}

TEST(Rfc9110Section6_5_1, ATrailerIsAsStrictAsAHead) {
  for (const auto& line :
       {"X : a"s, "X\t: a"s, " X: a"s, "X: a\0"s, "X: a\x7f"s, "X\x80: a"s, "(X): a"s})
    EXPECT_EQ(dechunk("0\r\n" + line + "\r\n\r\n").status, 400) << line;
}

TEST(Rfc9110Section6_5_1, AFloodOfTrailersIsRefused) {
  std::string lines;
  for (int i = 0; i < 257; ++i)
    lines += "X: y\r\n";
  EXPECT_EQ(dechunk("0\r\n" + lines + "\r\n").status, 431);
}

TEST(Rfc9110Section7_2, ThereIsOneHost) {
  for (auto lines :
       {"Host: a.test\r\nHost: a.test\r\n", "Host: a.test\r\nhOST: b.test\r\n",
        "Host:\r\nHost: a.test\r\n"})
    for (auto version : {"1.1", "1.0"})
      EXPECT_EQ(refusal_of_request("GET / HTTP/"s + version + "\r\n" + lines + "\r\n"), 400)
          << version << ' ' << lines;
}

TEST(Rfc9110Section7_2, AnEmptyHostIsNoHost) {
  EXPECT_EQ(refusal_of_request("GET / HTTP/1.1\r\nHost: \r\n\r\n"), 400);
  EXPECT_EQ(refusal_of_request("GET / HTTP/1.0\r\nHost: \r\n\r\n"), 400);
}

TEST(Rfc9110Section7_2, AHostIsNoUrl) {
  for (auto host :
       {"http://a.test", "a.test/", "a.test?x", "a.test#x", "a.test\\", "a.test@b.test",
        "a.test:80:80", "a.test:+80", "a.test:0x50", "a.test: 80", "a.test\tb.test", "a.test;x",
        "\"a.test\"", "<a.test>"})
    EXPECT_EQ(refusal_of_request("GET / HTTP/1.1\r\nHost: "s + host + "\r\n\r\n"), 400) << host;
}

TEST(Rfc9110Section7_6_1, NothingNominatedByConnectionGoesOn) {
  Fields fields{{"Connection", "close"}, {"CONNECTION", "X-One ,\tx-two,, "},
                {"X-One", "1"},          {"X-Two", "2"},
                {"x-one", "3"},          {"X-Three", "4"}};
  remove_hop_by_hop(fields);
  EXPECT_EQ(fields, (Fields{{"X-Three", "4"}}));
}

TEST(Rfc9110Section7_6_1, ANominationCannotTakeWhatTheFarEndReliesOn) {
  for (std::string name :
       {"Host", "Authorization", "Content-Length", "Transfer-Encoding", "Cookie", "Content-Type",
        "Content-Encoding", "Set-Cookie", "Cache-Control", "Expect", "Range", "Vary"}) {
    Fields fields{{name, "1"}, {"Connection", "close, " + name}};
    remove_hop_by_hop(fields);
    EXPECT_EQ(fields, (Fields{{name, "1"}})) << name;
  }
}

TEST(Rfc9110Section7_6_1, ANominationNamesAFieldAndNoPattern) {
  Fields fields{{"Connection", "*, \"X-Keep\", X-Keep=1, X-*"}, {"X-Keep", "1"}};
  remove_hop_by_hop(fields);
  EXPECT_EQ(fields, (Fields{{"X-Keep", "1"}}));
}

TEST(Rfc9110Section7_8, AnUpgradeDoesNotChangeWhereTheBodyEnds) {
  const auto request =
      request_of(with_fields("Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 5\r\n"));
  EXPECT_EQ(request_framing(request), Framing::length(5));
}

TEST(Rfc9110Section7_8, AnUpgradeGoesNoFurtherThanThisConnection) {
  Fields fields{
      {"Connection", "Upgrade, HTTP2-Settings"},
      {"Upgrade", "h2c"},
      {"Upgrade", "websocket"},
      {"HTTP2-Settings", "AAMAAABkAAQAAP__"}};
  remove_hop_by_hop(fields);
  EXPECT_TRUE(fields.empty());
}

TEST(Rfc9110Section8_6, ALengthIsDecimalDigitsAndNothingElse) {
  for (const auto& length :
       {"+1"s, "-0"s, "0x1"s, "1e1"s, "1.0"s, "1,1"s, "1, 1"s, "1;1"s, "1 1"s, "1_0"s,
        "\xef\xbc\x91"s, "\"1\""s, "1\t1"s, "a"s, "0b1"s, "1L"s, ""s, ","s})
    for (auto status : {0, 1}) {
      const auto line = "Content-Length: " + length + "\r\n";
      const auto refusal = status == 0 ? refusal_of_request(with_fields(line))
                                       : refusal_of_response(answer_with(line));
      EXPECT_EQ(refusal, status == 0 ? 400 : 502) << length;
    }
}

TEST(Rfc9110Section8_6, ALengthThatDoesNotFitIsRefused) {
  for (auto length :
       {"9223372036854775808", "18446744073709551615", "18446744073709551616",
        "18446744073709551621", "00000000000000000005"}) {
    const auto line = "Content-Length: "s + length + "\r\n";
    EXPECT_EQ(refusal_of_request(with_fields(line)), 400) << length;
    EXPECT_EQ(refusal_of_response(answer_with(line)), 502) << length;
  }
}

TEST(Rfc9110Section8_6, LeadingZerosDoNotMakeALengthOctal) {
  EXPECT_EQ(
      request_framing(request_of(with_fields("Content-Length: 010\r\n"))), Framing::length(10));
}

TEST(Rfc9110Section8_6, ALengthIsSentInItsOneSpelling) {
  auto request = request_of(with_fields("Content-Length: 010\r\n"));
  declare_framing(request.fields, request_framing(request));
  EXPECT_EQ(request.fields.find("content-length"), "10");
}

TEST(Rfc9110Section8_6, AnInterimOrEmptyAnswerDeclaresNoBody) {
  for (auto status : {"100 Continue", "103 Early Hints", "199 X", "204 No Content"}) {
    EXPECT_EQ(refusal_of_response(answer_with("Content-Length: 5\r\n", status)), 502) << status;
    EXPECT_EQ(refusal_of_response(answer_with("Transfer-Encoding: chunked\r\n", status)), 502)
        << status;
    EXPECT_EQ(refusal_of_response(answer_with("Content-Length: 0\r\n", status)), 0) << status;
  }
}

TEST(Rfc9110Section9_1, AMethodHasCase) {
  EXPECT_EQ(request_of(request_with_method("get")).method, "get");
  EXPECT_EQ(refusal_of_request("connect a.test:443 HTTP/1.1\r\n" + lines_of_host + "\r\n"), 400);
  EXPECT_EQ(refusal_of_request("options * HTTP/1.1\r\n" + lines_of_host + "\r\n"), 400);
}

TEST(Rfc9110Section9_1, AMethodIsAToken) {
  for (const auto& method :
       {"G(T"s, "G,T"s, "\"GET\""s, "GET/"s, "GET:"s, "<GET>"s, "G\\T"s, "[GET]"s, "G;T"s, "G=T"s,
        "G?T"s, "{GET}"s, "G\x80T"s, "G\x7fT"s, "G\0T"s, "G\tT"s, "\x0bGET"s, ""s})
    EXPECT_EQ(refusal_of_request(request_with_method(method)), 400) << method;
  EXPECT_EQ(request_of(request_with_method("!#$%&'*+-.^_`|~")).method, "!#$%&'*+-.^_`|~");
}

TEST(Rfc9110Section9_3_2, AnAnswerToHeadHasNoBodyWhateverItDeclares) {
  for (auto lines : {"Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", ""})
    EXPECT_EQ(response_framing(response_of(answer_with(lines)), "HEAD"), Framing::none()) << lines;
}

TEST(Rfc9110Section9_3_6, ConnectHasNoBody) {
  const auto connect = [](const std::string& lines) {
    return "CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n" + lines + "\r\n";
  };
  EXPECT_EQ(refusal_of_request(connect("Content-Length: 5\r\n")), 400);
  EXPECT_EQ(refusal_of_request(connect("Transfer-Encoding: chunked\r\n")), 400);
  EXPECT_EQ(refusal_of_request(connect("Content-Length: 0\r\n")), 0);
}

TEST(Rfc9110Section10_1_1, TheOnlyExpectationIsContinue) {
  for (auto lines :
       {"Expect: 200-ok\r\n", "Expect: y 100-continue\r\n", "Expect: 100-continue, x\r\n",
        "Expect: 100-continue;q=1\r\n", "Expect: \"100-continue\"\r\n", "Expect:\r\n",
        "Expect: 100-continue\r\nExpect: 100-continue\r\n", "Expect: 100\r\n"})
    EXPECT_EQ(refusal_of_request(with_fields(lines)), 417) << lines;
  EXPECT_TRUE(expects_continue(request_of(with_fields("Expect: 100-Continue\r\n"))));
}

TEST(Rfc9110Section15, AStatusHasThreeDigitsFrom100) {
  for (auto status :
       {"000 X", "001 X", "099 X", "99 X", "1000 X", "20 0 X", "+20 X", "-20 X", "2e2 X", "0xc X",
        "20\t X", " 200 X", "2OO X", "200.1 X", "200, X", "", " ", "OK"})
    EXPECT_EQ(refusal_of_response(answer_with("", status)), 502) << status;
  EXPECT_EQ(response_of(answer_with("", "100 X")).status, 100);
  EXPECT_EQ(response_of(answer_with("", "999 X")).status, 999);
}

TEST(Rfc9110Section15_2, InterimAnswersAreHeadsLikeAnyOther) {
  const auto hint = answer_with("Link: </x>\r\n", "103 Early Hints");
  const auto answer = answer_with("Content-Length: 0\r\n");
  std::string buffer;
  for (int i = 0; i < 1000; ++i)
    buffer += hint;
  buffer += answer;
  ResponseParser parser;
  auto rest = std::string_view(buffer);
  int heads = 0;
  int status = 100;
  while (status < 200) {
    auto parsed = parser.parse(rest);
    auto* complete = std::get_if<Complete<Response>>(&parsed);
    ASSERT_TRUE(complete);
    status = complete->message.status;
    rest.remove_prefix(complete->consumed);
    ++heads;
  }
  EXPECT_EQ(heads, 1001);
  EXPECT_TRUE(rest.empty());
}

TEST(Rfc9110Section15_2, AFaultInAnInterimAnswerIsAFault) {
  EXPECT_EQ(refusal_of_response("HTTP/1.1 100 Continue\r\nX : y\r\n\r\n"), 502);
  EXPECT_EQ(refusal_of_response("HTTP/1.1 100 Continue\n\nHTTP/1.1 200 OK\r\n\r\n"), 502);
}

TEST(Rfc9110Section15_4_5, NotModifiedHasNoBodyWhateverItDeclares) {
  for (auto lines : {"Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", ""})
    EXPECT_EQ(
        response_framing(response_of(answer_with(lines, "304 Not Modified")), "GET"),
        Framing::none())
        << lines;
}

}  // namespace
}  // namespace http
