// SPDX-License-Identifier: Apache-2.0
#include "http/h2_head.h"

#include <gtest/gtest.h>

#include "http/framing.h"

namespace http {
namespace {

Fields request_fields(const Fields& more = {}) {
  Fields out{
      {":method", "GET"}, {":scheme", "https"}, {":authority", "a.test"}, {":path", "/x?y=1"}};
  for (const auto& field : more)
    out.add(field.name, field.value);
  return out;
}

int status_of(const Fields& fields, EndsStream end = EndsStream::yes) {
  const auto head = request_from_h2(fields, end);
  return head ? 0 : head.error().status;
}

int response_status_of(const Fields& fields, EndsStream end = EndsStream::yes) {
  const auto head = response_from_h2(fields, end, "GET");
  return head ? 0 : head.error().status;
}

// RFC 9113, 8.3.1

TEST(H2Head, IsTheHeadThatHttp1WouldHave) {
  const auto head = request_from_h2(request_fields({{"accept", "*/*"}}), EndsStream::yes);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->method, "GET");
  EXPECT_EQ(head->target, "https://a.test/x?y=1");
  EXPECT_EQ(head->version, Version::http_2);
  EXPECT_EQ(head->fields, (Fields{{"Host", "a.test"}, {"accept", "*/*"}}));
}

TEST(H2Head, NeedsEachPseudoFieldOnce) {
  for (const auto* name : {":method", ":scheme", ":path", ":authority"}) {
    auto missing = request_fields();
    missing.erase(name);
    EXPECT_EQ(status_of(missing), 400) << "without " << name;
    Fields twice{{name, "x"}};
    for (const auto& field : request_fields())
      twice.add(field.name, field.value);
    EXPECT_EQ(status_of(twice), 400) << name << " twice";
  }
}

TEST(H2Head, HasNoOtherPseudoFields) {
  EXPECT_EQ(status_of({{":status", "200"}}), 400);
  Fields fields{{":x", "y"}};
  for (const auto& field : request_fields())
    fields.add(field.name, field.value);
  EXPECT_EQ(status_of(fields), 400);
}

TEST(H2Head, ExpectsNothingButToContinue) {
  EXPECT_EQ(status_of(request_fields({{"expect", "100-continue"}})), 0);
  EXPECT_EQ(status_of(request_fields({{"expect", "200-ok"}})), 417);
  EXPECT_EQ(status_of(request_fields({{"expect", ""}})), 417);
  EXPECT_EQ(
      status_of(request_fields({{"expect", "100-continue"}, {"expect", "100-continue"}})), 417);
}

TEST(H2Head, HasPseudoFieldsFirst) {
  EXPECT_EQ(
      status_of(
          {{":method", "GET"},
           {"accept", "*/*"},
           {":scheme", "https"},
           {":authority", "a.test"},
           {":path", "/"}}),
      400);
}

TEST(H2Head, TakesHostForAMissingAuthority) {
  const auto head = request_from_h2(
      {{":method", "GET"}, {":scheme", "https"}, {":path", "/"}, {"host", "b.test"}},
      EndsStream::yes);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->target, "https://b.test/");
}

TEST(H2Head, RefusesAHostThatIsNotTheAuthority) {
  EXPECT_EQ(status_of(request_fields({{"host", "b.test"}})), 400);
  EXPECT_EQ(status_of(request_fields({{"host", "A.test"}})), 0);
  EXPECT_EQ(status_of(request_fields({{"host", "a.test"}, {"host", "a.test"}})), 400);
}

TEST(H2Head, RefusesAnAuthorityThatIsNone) {
  for (const auto* authority : {"", "user@a.test", "a.test/", "a.test:99999", "a b"}) {
    auto fields = request_fields();
    fields.set(":authority", authority);
    EXPECT_EQ(status_of(fields), 400) << authority;
  }
}

TEST(H2Head, RefusesAPathThatDoesNotBeginWithASlash) {
  for (const auto* path : {"", "x", "http://b.test/", "@b.test/", "/ x", "/#f"}) {
    auto fields = request_fields();
    fields.set(":path", path);
    EXPECT_EQ(status_of(fields), 400) << path;
  }
}

TEST(H2Head, LimitsTheTarget) {
  auto fields = request_fields();
  fields.set(":path", "/" + std::string(20'000, 'x'));
  EXPECT_EQ(status_of(fields), 414);
}

TEST(H2Head, TakesTheAsteriskForOptionsOnly) {
  auto fields = request_fields();
  fields.set(":path", "*");
  EXPECT_EQ(status_of(fields), 400);
  fields.set(":method", "OPTIONS");
  EXPECT_EQ(status_of(fields), 0);
}

// RFC 9113, 8.2

TEST(H2Head, RefusesNamesThatAreNotLowerCaseTokens) {
  for (const auto* name : {"Accept", "a b", "", "a:b", "a\x01"})
    EXPECT_EQ(status_of(request_fields({{name, "x"}})), 400) << name;
}

TEST(H2Head, RefusesControlBytesAndBlanksAroundAValue) {
  for (const std::string_view value : {"a\r\nb", "a\nb", "a\x7F", " a", "a ", "\ta", "\x01"})
    EXPECT_EQ(status_of(request_fields({{"x", std::string(value)}})), 400) << value;
}

TEST(H2Head, RefusesFieldsOfAConnection) {
  for (const auto* name :
       {"connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade",
        "http2-settings"})
    EXPECT_EQ(status_of(request_fields({{name, "x"}})), 400) << name;
}

TEST(H2Head, TakesTeForTrailersOnly) {
  EXPECT_EQ(status_of(request_fields({{"te", "trailers"}})), 0);
  EXPECT_EQ(status_of(request_fields({{"te", "gzip"}})), 400);
  EXPECT_EQ(status_of(request_fields({{"te", "trailers, gzip"}})), 400);
}

TEST(H2Head, JoinsCookiesThatCameOneByOne) {
  const auto head = request_from_h2(
      request_fields({{"cookie", "a=1"}, {"x", "y"}, {"cookie", "b=2"}}), EndsStream::yes);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->fields.all("cookie"), (std::vector<std::string_view>{"a=1; b=2"}));
}

TEST(H2Head, JoinsNoEmptyCookies) {
  const auto head = request_from_h2(
      request_fields({{"cookie", ""}, {"cookie", "a=1"}, {"cookie", ""}}), EndsStream::yes);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->fields.all("cookie"), (std::vector<std::string_view>{"a=1"}));
}

// RFC 9113, 8.1.1

TEST(H2Head, DeclaresABodyOfUnknownLengthAsChunked) {
  const auto head = request_from_h2(request_fields(), EndsStream::no);
  ASSERT_TRUE(head);
  EXPECT_EQ(request_framing(*head), Framing::chunked());
}

TEST(H2Head, KeepsTheLengthOfABody) {
  const auto head = request_from_h2(request_fields({{"content-length", "3"}}), EndsStream::no);
  ASSERT_TRUE(head);
  EXPECT_EQ(request_framing(*head), Framing::length(3));
}

TEST(H2Head, RefusesLengthsThatCannotBe) {
  EXPECT_EQ(status_of(request_fields({{"content-length", "3"}}), EndsStream::yes), 400);
  EXPECT_EQ(status_of(request_fields({{"content-length", "+3"}}), EndsStream::no), 400);
  EXPECT_EQ(
      status_of(request_fields({{"content-length", "3"}, {"content-length", "3"}}), EndsStream::no),
      400);
}

// RFC 9113, 8.5 and RFC 8441

TEST(H2Head, RefusesConnect) {
  EXPECT_EQ(status_of({{":method", "CONNECT"}, {":authority", "a.test:443"}}), 400);
}

TEST(H2Head, ReadsAnExtendedConnectAsAnUpgrade) {
  auto fields = request_fields();
  fields.set(":method", "CONNECT");
  Fields all{{":protocol", "websocket"}};
  for (const auto& field : fields)
    all.add(field.name, field.value);
  const auto head = request_from_h2(all, EndsStream::no);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->method, "GET");
  EXPECT_EQ(head->fields.find("upgrade"), "websocket");
  EXPECT_EQ(request_framing(*head), Framing::none());
}

TEST(H2Head, RefusesAProtocolWithoutConnect) {
  Fields all{{":protocol", "websocket"}};
  for (const auto& field : request_fields())
    all.add(field.name, field.value);
  EXPECT_EQ(status_of(all), 400);
}

// Responses: RFC 9113, 8.3.2

TEST(H2Head, NeedsOneStatusOfThreeDigits) {
  EXPECT_EQ(response_status_of({{":status", "200"}}), 0);
  for (const auto* status : {"", "20", "099", "2000", "abc", "+20"})
    EXPECT_EQ(response_status_of({{":status", status}}), 502) << status;
  EXPECT_EQ(response_status_of({{"x", "y"}}), 502);
  EXPECT_EQ(response_status_of({{":status", "200"}, {":status", "200"}}), 502);
}

TEST(H2Head, RefusesAnInterimResponseThatEndsTheStream) {
  EXPECT_EQ(response_status_of({{":status", "103"}}), 502);
  EXPECT_EQ(response_status_of({{":status", "103"}}, EndsStream::no), 0);
}

TEST(H2Head, SaysHowLongTheBodyOfAResponseIs) {
  const auto framing = [](const Fields& fields, EndsStream end, std::string_view method = "GET") {
    return response_framing(response_from_h2(fields, end, method).value(), method);
  };
  EXPECT_EQ(framing({{":status", "200"}}, EndsStream::yes), Framing::length(0));
  EXPECT_EQ(framing({{":status", "200"}}, EndsStream::no), Framing::chunked());
  EXPECT_EQ(
      framing({{":status", "200"}, {"content-length", "5"}}, EndsStream::no), Framing::length(5));
  EXPECT_EQ(framing({{":status", "204"}}, EndsStream::yes), Framing::none());
  EXPECT_EQ(
      framing({{":status", "200"}, {"content-length", "5"}}, EndsStream::yes, "HEAD"),
      Framing::none());
}

// The other way round

TEST(H2Head, WritesARequestInItsOwnForm) {
  const Request request{
      .method = "POST",
      .target = "/x",
      .fields = {
          {"Host", "a.test:8443"},
          {"Transfer-Encoding", "chunked"},
          {"Connection", "close"},
          {"TE", "gzip, trailers"},
          {"X-Key", " v "}}};
  const auto fields = request_to_h2(request, "https");
  ASSERT_TRUE(fields);
  EXPECT_EQ(
      *fields, (Fields{
                   {":method", "POST"},
                   {":scheme", "https"},
                   {":authority", "a.test:8443"},
                   {":path", "/x"},
                   {"te", "trailers"},
                   {"x-key", "v"}}));
}

TEST(H2Head, WritesAnUpgradeToAWebSocketAsAnExtendedConnect) {
  const Request request{
      .method = "GET",
      .target = "/chat",
      .fields = {
          {"Host", "a.test"},
          {"Connection", "Upgrade"},
          {"Upgrade", "websocket"},
          {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
          {"Sec-WebSocket-Version", "13"}}};
  const auto fields = request_to_h2(request, "https");
  ASSERT_TRUE(fields);
  EXPECT_EQ(fields->find(":method"), "CONNECT");
  EXPECT_EQ(fields->find(":protocol"), "websocket");
  EXPECT_FALSE(fields->contains("sec-websocket-key"));
  EXPECT_TRUE(fields->contains("sec-websocket-version"));
}

TEST(H2Head, WritesNothingThatWouldBeReadDifferently) {
  EXPECT_FALSE(request_to_h2({.method = "G T", .target = "/", .fields = {{"Host", "a"}}}, "https"));
  EXPECT_FALSE(
      request_to_h2({.method = "GET", .target = "/ ", .fields = {{"Host", "a"}}}, "https"));
  EXPECT_FALSE(request_to_h2({.method = "GET", .target = "/"}, "https"));
  EXPECT_FALSE(response_to_h2({.status = 200, .fields = {{"x", "a\nb"}}}));
  EXPECT_FALSE(response_to_h2({.status = 20}));
  EXPECT_FALSE(trailers_to_h2({{"a b", "c"}}));
}

TEST(H2Head, LeavesOutTrailersThatMustNotBeSome) {
  const auto trailers =
      trailers_from_h2({{"grpc-status", "0"}, {"authorization", "x"}, {"content-length", "1"}});
  ASSERT_TRUE(trailers);
  EXPECT_EQ(*trailers, (Fields{{"grpc-status", "0"}}));
  EXPECT_FALSE(trailers_from_h2({{":status", "200"}}));
}

}  // namespace
}  // namespace http
