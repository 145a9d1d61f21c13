// SPDX-License-Identifier: Apache-2.0
// Rules of RFC 9112 (HTTP/1.1) on where a message begins and ends, named by section. Those that
// belong to one part of the room are in that part's own tests.

#include <gtest/gtest.h>

#include <string>

#include "http/framing.h"
#include "http/target.h"
#include "http/test_support.h"

namespace http {
namespace {

using namespace std::string_literals;

std::string with_target(const std::string& target, const std::string& method = "GET") {
  return method + " " + target + " HTTP/1.1\r\nHost: a.test\r\n\r\n";
}

TEST(Rfc9112Section2_2, ABareLfEndsNoLine) {
  for (auto bytes :
       {"HTTP/1.1 200 OK\nX: y\r\n\r\n", "HTTP/1.1 200 OK\r\nX: y\n\r\n",
        "HTTP/1.1 200 OK\r\nX: y\r\n\n", "\nHTTP/1.1 200 OK\r\n\r\n"})
    EXPECT_EQ(refusal_of_response(bytes), 502) << bytes;
}

TEST(Rfc9112Section2_2, ABareCrIsNoBlankAndNoLineEnd) {
  for (auto bytes :
       {"GET\r/ HTTP/1.1\r\nHost: a.test\r\n\r\n", "GET /\rHTTP/1.1\r\nHost: a.test\r\n\r\n",
        "GET / HTTP/1.1\rHost: a.test\r\n\r\n", "GET / HTTP/1.1\r\n\rHost: a.test\r\n\r\n",
        "GET / HTTP/1.1\r\nHost:\ra.test\r\n\r\n", "GET / HTTP/1.1\r\nHost\r: a.test\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a.test\r\nX: y\r\r\n\r\n",
        "\rGET / HTTP/1.1\r\nHost: a.test\r\n\r\n"})
    EXPECT_EQ(refusal_of_request(bytes), 400) << bytes;
  for (auto bytes :
       {"HTTP/1.1 200 O\rK\r\n\r\n", "HTTP/1.1 200\rOK\r\n\r\n", "HTTP/1.1\r200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\r\n\r\n", "HTTP/1.1 200 OK\r\nX: a\rb\r\n\r\n"})
    EXPECT_EQ(refusal_of_response(bytes), 502) << bytes;
}

TEST(Rfc9112Section2_2, OneEmptyLineMayComeBeforeARequestAndNoneBeforeAnAnswer) {
  const auto request = with_target("/");
  EXPECT_EQ(refusal_of_request("\r\n" + request), 0);
  EXPECT_EQ(refusal_of_request("\r\n\r\n" + request), 400);
  EXPECT_EQ(refusal_of_request(" " + request), 400);
  EXPECT_EQ(refusal_of_request("\t\r\n" + request), 400);
  EXPECT_EQ(refusal_of_response("\r\n" + answer_with("")), 502);
}

TEST(Rfc9112Section2_2, ABlankBeforeTheFirstFieldIsRefused) {
  EXPECT_EQ(refusal_of_request("GET / HTTP/1.1\r\n\tHost: a.test\r\n\r\n"), 400);
  EXPECT_EQ(refusal_of_request("GET / HTTP/1.1\r\n \r\nHost: a.test\r\n\r\n"), 400);
  EXPECT_EQ(refusal_of_response("HTTP/1.1 200 OK\r\n X: y\r\n\r\n"), 502);
}

TEST(Rfc9112Section2_3, TheVersionHasOneSpelling) {
  for (auto version :
       {"HTTP/1.1x", "HTTP/01.1", "HTTP/1.01", "HTTP/1,1", "HTTP/1", "HTTP/", "HTTP", "http/1.1",
        "Http/1.1", "HTTPS/1.1", "HTTP/1.1\t", "HTTP/+1.1", "HTTP/1.-1", "HTTP\\1.1", "ICY"}) {
    EXPECT_EQ(refusal_of_request("GET / "s + version + "\r\nHost: a.test\r\n\r\n"), 400) << version;
    EXPECT_EQ(refusal_of_response(version + " 200 OK\r\n\r\n"s), 502) << version;
  }
}

TEST(Rfc9112Section2_3, AnAnswerIsOfVersion1) {
  for (auto version : {"HTTP/0.9", "HTTP/1.2", "HTTP/2.0", "HTTP/9.9"})
    EXPECT_EQ(refusal_of_response(version + " 200 OK\r\n\r\n"s), 502) << version;
}

TEST(Rfc9112Section3, ARequestWithoutVersionIsRefused) {
  EXPECT_EQ(refusal_of_request("GET /\r\n\r\n"), 400);
  EXPECT_EQ(refusal_of_request("GET / \r\n\r\n"), 400);
  EXPECT_EQ(refusal_of_request("GET\r\n\r\n"), 400);
}

TEST(Rfc9112Section3, PartsOfTheRequestLineArePartedByOneSpace) {
  for (const auto& blank : {"  "s, "\t"s, " \t"s, "\v"s, "\f"s, "\x85"s, "\xa0"s, "\0"s}) {
    EXPECT_EQ(refusal_of_request("GET" + blank + "/ HTTP/1.1\r\nHost: a.test\r\n\r\n"), 400);
    EXPECT_EQ(refusal_of_request("GET /" + blank + "HTTP/1.1\r\nHost: a.test\r\n\r\n"), 400);
  }
}

TEST(Rfc9112Section3_2, ATargetIsVisibleAscii) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    if (c == '\n') continue;
    const bool good = byte > 0x20 && byte < 0x7F && c != '#';
    EXPECT_EQ(refusal_of_request(with_target("/a"s + c + "b")), good ? 0 : 400) << byte;
    EXPECT_EQ(refusal_of_request(with_target("/?a"s + c + "b")), good ? 0 : 400) << byte;
  }
}

TEST(Rfc9112Section3_2, ATargetWithoutSlashIsNoPath) {
  for (auto target : {"x", "x/y", "?x", ".", "..", "\\x", "%2Fx", ":80", "a.test:80", "@a.test/"})
    EXPECT_EQ(refusal_of_request(with_target(target)), 400) << target;
}

TEST(Rfc9112Section3_2_2, AnAbsoluteTargetNamesAHostAndNoUser) {
  for (auto target :
       {"http://", "http:///x", "http://?x", "http://u@a.test/", "http://u:p@a.test/",
        "http://@a.test/", "http://a.test:/", "http://a.test:0/", "http://a.test:65536/",
        "http://a.test:+1/", "http://a.test#x", "http://a%2etest/", "http://a.test\\@b.test/",
        "http:/a.test/", "http:a.test/", "//a.test:x@/ x", "1http://a.test/", "http+://a test/"})
    EXPECT_EQ(refusal_of_request(with_target(target)), 400) << target;
}

TEST(Rfc9112Section3_2_2, TheAuthorityEndsAtTheFirstSlashOrQuestionMark) {
  EXPECT_EQ(split_target("GET", "http://a.test/b@c.test/")->authority, "a.test");
  EXPECT_EQ(split_target("GET", "http://a.test?@c.test/")->authority, "a.test");
  EXPECT_EQ(split_target("GET", "http://a.test?@c.test/")->path, "");
}

TEST(Rfc9112Section3_2_3, OnlyConnectHasTheAuthorityForm) {
  EXPECT_EQ(refusal_of_request(with_target("a.test:443")), 400);
  for (auto target :
       {"/", "*", "a.test", "a.test:", "a.test:443/", "a.test:443?x", "u@a.test:443",
        "http://a.test:443", ":443", "a.test:443,b.test:443"})
    EXPECT_EQ(refusal_of_request(with_target(target, "CONNECT")), 400) << target;
}

TEST(Rfc9112Section3_2_4, TheAsteriskIsForOptions) {
  EXPECT_EQ(refusal_of_request(with_target("*", "OPTIONS")), 0);
  for (auto method : {"GET", "POST", "HEAD", "CONNECT", "OPTION", "PRI"})
    EXPECT_EQ(refusal_of_request(with_target("*", method)), 400) << method;
  EXPECT_EQ(refusal_of_request(with_target("**", "OPTIONS")), 400);
  EXPECT_EQ(refusal_of_request(with_target("*?x", "OPTIONS")), 400);
}

TEST(Rfc9112Section4, AReasonHasNoControlByte) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    if (c == '\n') continue;
    const bool good = c == '\t' || (byte >= 0x20 && byte != 0x7F);
    EXPECT_EQ(refusal_of_response(answer_with("", "200 O"s + c + "K")), good ? 0 : 502) << byte;
  }
}

TEST(Rfc9112Section5_1, NoBlankStandsBeforeTheColon) {
  for (auto line :
       {"Content-Length : 5\r\n", "Content-Length\t: 5\r\n", "Transfer-Encoding : chunked\r\n",
        " : x\r\n", "X Y: z\r\n"}) {
    EXPECT_EQ(refusal_of_request(with_fields(line)), 400) << line;
    EXPECT_EQ(refusal_of_response(answer_with("A: b\r\n"s + line)), 502) << line;
  }
}

TEST(Rfc9112Section5_2, AFoldedFieldIsRefusedInBothDirections) {
  for (auto lines :
       {"X: a\r\n b\r\n", "X: a\r\n\tb\r\n", "X:\r\n b\r\n", "X: a\r\n \r\n",
        "Transfer-Encoding:\r\n chunked\r\n", "Content-Length: 1\r\n 0\r\n"}) {
    EXPECT_EQ(refusal_of_request(with_fields(lines)), 400) << lines;
    EXPECT_EQ(refusal_of_response(answer_with(lines)), 502) << lines;
  }
}

TEST(Rfc9112Section6_1, TheOnlyCodingIsChunkedOnce) {
  for (auto coding :
       {"chunked, chunked", "chunked,", ",chunked", "identity, chunked", "chunked, identity",
        "gzip, chunked", "chunked, gzip", "chunked;a=b", "chunked chunked", "\"chunked\"",
        "chunked\x0b", "=chunked", "chunked\xa0", ""}) {
    const auto line = "Transfer-Encoding: "s + coding + "\r\n";
    EXPECT_EQ(refusal_of_request(with_fields(line)), 400) << line;
    EXPECT_EQ(refusal_of_response(answer_with(line)), 502) << line;
  }
}

TEST(Rfc9112Section6_1, ACodingNobodyKnowsIsNotImplemented) {
  for (auto coding : {"identity", "gzip", "deflate", "compress", "x-gzip", "xchunked", "chunke"}) {
    const auto line = "Transfer-Encoding: "s + coding + "\r\n";
    EXPECT_EQ(refusal_of_request(with_fields(line)), 501) << line;
    EXPECT_EQ(refusal_of_response(answer_with(line)), 502) << line;
  }
}

TEST(Rfc9112Section6_1, Http10HasNoCodingInEitherDirection) {
  EXPECT_EQ(
      refusal_of_request("POST / HTTP/1.0\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n"),
      400);
  EXPECT_EQ(refusal_of_response("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), 502);
}

TEST(Rfc9112Section6_3, ACodingAndALengthAreNeverBothThere) {
  for (auto lines :
       {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n",
        "Transfer-Encoding: chunked\r\nX: y\r\ncontent-length: 5\r\n",
        "Transfer-Encoding: gzip\r\nContent-Length: 5\r\n",
        "Transfer-Encoding:\r\nContent-Length: 5\r\n"}) {
    EXPECT_EQ(refusal_of_request(with_fields(lines)), 400) << lines;
    EXPECT_EQ(refusal_of_response(answer_with(lines)), 502) << lines;
    EXPECT_EQ(refusal_of_response(answer_with(lines, "304 Not Modified")), 502) << lines;
  }
}

TEST(Rfc9112Section6_3, ThereIsOneLength) {
  for (auto lines :
       {"Content-Length: 5\r\nContent-Length: 5\r\n", "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 0\r\ncontent-length: 5\r\n", "Content-Length: 5, 5\r\n",
        "Content-Length: 5,6\r\n", "Content-Length:\r\nContent-Length: 5\r\n"}) {
    EXPECT_EQ(refusal_of_request(with_fields(lines)), 400) << lines;
    EXPECT_EQ(refusal_of_response(answer_with(lines)), 502) << lines;
  }
}

TEST(Rfc9112Section6_3, ARequestWithoutFramingHasNoBodyWhateverItsMethod) {
  for (auto method : {"GET", "POST", "PUT", "PATCH", "DELETE"})
    EXPECT_EQ(request_framing({.method = method, .target = "/"}), Framing::none()) << method;
}

TEST(Rfc9112Section6_3, AnyRequestMayHaveABody) {
  for (auto method : {"GET", "HEAD", "DELETE", "OPTIONS"})
    EXPECT_EQ(
        request_framing({.method = method, .fields = {{"Content-Length", "5"}}}),
        Framing::length(5))
        << method;
}

TEST(Rfc9112Section7_1, AChunkSizeIsHexadecimalInAnyCase) {
  const std::string ten(10, 'x');
  EXPECT_EQ(dechunk("a\r\n" + ten + "\r\n0\r\n\r\n").body, ten);
  EXPECT_EQ(dechunk("A\r\n" + ten + "\r\n0\r\n\r\n").body, ten);
  EXPECT_EQ(dechunk("0a\r\n" + ten + "\r\n000\r\n\r\n").body, ten);
}

TEST(Rfc9112Section7_1, LeadingZerosOfAChunkSizeAreBounded) {
  EXPECT_EQ(dechunk(std::string(14, '0') + "1\r\na\r\n0\r\n\r\n").body, "a");
  EXPECT_EQ(dechunk(std::string(15, '0') + "1\r\na\r\n0\r\n\r\n").status, 400);
  EXPECT_EQ(dechunk(std::string(16, '0') + "\r\n\r\n").status, 400);
}

TEST(Rfc9112Section7_1, AChunkSizeThatOverflowsIsRefused) {
  for (auto size :
       {"8000000000000000", "FFFFFFFFFFFFFFFF", "10000000000000000", "FFFFFFFFFFFFFFFFFFFFFFFF"})
    EXPECT_EQ(dechunk(size + "\r\na"s).status, 400) << size;
}

TEST(Rfc9112Section7_1, NothingElseStandsInAChunkSize) {
  for (const auto& size :
       {" 1"s, "1 "s, "\t1"s, "1\t"s, "+1"s, "-1"s, "0x1"s, "x1"s, "1_"s, "1,"s, "1."s, "1h"s,
        "\"1\""s, "1\0"s, ""s, ";a"s, "G"s, "\xef\xbc\x91"s})
    EXPECT_EQ(dechunk(size + "\r\na\r\n0\r\n\r\n").status, 400) << size;
}

TEST(Rfc9112Section7_1, AChunkEndsWhereItsSizeSays) {
  for (auto bytes :
       {"1\r\nab\r\n0\r\n\r\n", "2\r\na\r\n0\r\n\r\n", "1\r\na0\r\n\r\n", "1\r\na\n0\r\n\r\n",
        "1\r\na\r0\r\n\r\n", "1\r\na\r\n\r\n0\r\n\r\n", "1\r\naXX0\r\n\r\n"})
    EXPECT_EQ(dechunk(bytes).status, 400) << bytes;
}

TEST(Rfc9112Section7_1, AChunkLineEndsInCrLf) {
  for (auto bytes :
       {"1\na\r\n0\r\n\r\n", "1\ra\r\n0\r\n\r\n", "1\r\r\na\r\n0\r\n\r\n", "1;x\na\r\n0\r\n\r\n",
        "1;x\ra\r\n0\r\n\r\n", "0\n\n", "0\n\r\n", "0\r\n\n", "0;x\n\r\n"})
    EXPECT_EQ(dechunk(bytes).status, 400) << bytes;
}

TEST(Rfc9112Section7_1_1, ExtensionsAreDroppedAndHoldNoControlByte) {
  EXPECT_EQ(dechunk("1;a;b=c;d=\"e;f\"\r\nx\r\n0;g\r\n\r\n").body, "x");
  for (const auto& bytes : {"1;a\0\r\nx"s, "1;\x7f\r\nx"s, "1;\x01\r\nx"s, "1;a\vb\r\nx"s})
    EXPECT_EQ(dechunk(bytes).status, 400) << bytes;
}

TEST(Rfc9112Section7_1_1, BlanksAreForgivenAroundTheSignsOfAnExtension) {
  EXPECT_EQ(dechunk("1 ; a\t=\tb ;c\r\nx\r\n0 ;d\r\n\r\n").body, "x");
  EXPECT_EQ(dechunk("1;a \r\nx\r\n0\r\n\r\n").status, 400);
}

TEST(Rfc9112Section7_1_1, AnExtensionHasANameAndAValueOfTheGrammar) {
  for (auto extension : {";", ";;a", ";=b", ";a=", ";a=b c", ";a=\"b", ";=;;\"\xff", ";a=b=c"})
    EXPECT_EQ(dechunk("1"s + extension + "\r\nx\r\n0\r\n\r\n").status, 400) << extension;
}

TEST(Rfc9112Section7_1_1, ExtensionsAreBoundedOverTheWholeBody) {
  EXPECT_EQ(dechunk("1;" + std::string(20000, 'x')).status, 400);
  std::string many;
  for (int i = 0; i < 200; ++i)
    many += "1;" + std::string(99, 'x') + "\r\na\r\n";
  EXPECT_EQ(dechunk(many + "0\r\n\r\n").status, 400);
}

TEST(Rfc9112Section7_1_2, WhatFollowsTheTrailersIsTheNextMessage) {
  EXPECT_EQ(dechunk("0\r\nX: y\r\n\r\nGET / HTTP/1.1\r\n").rest, "GET / HTTP/1.1\r\n");
  EXPECT_EQ(dechunk("0\r\n\r\n\r\n").rest, "\r\n");
}

TEST(Rfc9112Section8, ABodyThatEndsEarlyIsNotWhole) {
  for (auto bytes : {"", "1", "1\r\n", "1\r\na", "1\r\na\r\n", "0\r\n", "0\r\nX: y\r\n"}) {
    BodyDecoder decoder(Framing::chunked());
    auto rest = std::string_view(bytes);
    while (!rest.empty())
      rest.remove_prefix(decoder.feed(rest).consumed);
    EXPECT_EQ(decoder.finish(), BodyDecoder::State::malformed) << bytes;
  }
}

}  // namespace
}  // namespace http
