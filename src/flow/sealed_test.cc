// SPDX-License-Identifier: Apache-2.0
#include "flow/sealed.h"

#include <gtest/gtest.h>

#include "flow/test_support.h"

namespace flow {
namespace {

using test::captured;
using test::captured_plain;
using test::credential;

base::Result<Sealed> seal(Flow flow, const Pipeline& pipeline, bool verified = true) {
  NobodyToAsk nobody;
  auto cleared = settle(pipeline, flow, nobody).value();
  const std::string host = cleared.flow().host;
  const Reached upstream{.host = host, .port = cleared.flow().port, .verified_tls = verified};
  return Sealed::seal(std::move(cleared), upstream, pipeline, {});
}

std::string head_of(Flow flow, secrets::InjectorSpec spec = {}, bool verified = true) {
  const bool has_credential = !spec.name.empty();
  const Pipeline pipeline(
      test::open_policy(),
      has_credential ? test::injectors_of(std::move(spec)) : secrets::Injectors());
  std::string head;
  seal(std::move(flow), pipeline, verified).value().append_head(head);
  return head;
}

http::Fields fields(std::initializer_list<http::Field> more) {
  http::Fields out{{"Host", "api.example.com"}};
  for (const auto& field : more)
    out.add(field.name, field.value);
  return out;
}

TEST(Sealed, WritesWhatWasJudged) {
  EXPECT_EQ(
      head_of(captured("https://API.example.com/a/../b?c=%64", fields({{"Accept", "*/*"}}))),
      "GET /b?c=d HTTP/1.1\r\nHost: api.example.com\r\nAccept: */*\r\n\r\n");
}

std::string head_for_proxy_of(Flow flow) {
  const Pipeline pipeline(test::open_policy(), secrets::Injectors());
  std::string head;
  seal(std::move(flow), pipeline).value().append_head_for_proxy(head);
  return head;
}

TEST(Sealed, TellsAProxyTheWholeUrl) {
  EXPECT_EQ(
      head_for_proxy_of(captured_plain("/a?b", 8080)),
      "GET http://api.example.com:8080/a?b HTTP/1.1\r\nHost: api.example.com:8080\r\n\r\n");
}

TEST(Sealed, TellsAProxyOfTheServerItselfByAnEmptyPath) {
  auto flow = captured_plain("*");
  flow.request.method = "OPTIONS";
  EXPECT_EQ(
      head_for_proxy_of(std::move(flow)),
      "OPTIONS http://api.example.com HTTP/1.1\r\nHost: api.example.com\r\n\r\n");
}

TEST(Sealed, HasAnswersSearchedWhenAProxyWasToldAPassword) {
  const Pipeline pipeline(test::open_policy(), secrets::Injectors());
  Flow flow = captured_plain("/");
  NobodyToAsk nobody;
  auto cleared = settle(pipeline, flow, nobody).value();
  const Reached upstream{.host = "api.example.com", .port = 80, .told_login = true};
  const auto sealed = Sealed::seal(std::move(cleared), upstream, pipeline, {});
  EXPECT_TRUE(sealed->is_guarded());
  EXPECT_TRUE(sealed->may_know_secrets());
}

TEST(Sealed, NamesAnUnusualPort) {
  EXPECT_EQ(
      head_of(captured_plain("/", 8080)), "GET / HTTP/1.1\r\nHost: api.example.com:8080\r\n\r\n");
}

TEST(Sealed, PutsAnIpv6HostInBrackets) {
  EXPECT_EQ(
      head_of(test::proxied("http://[2001:db8::1]:81/", "[2001:db8::1]:81")),
      "GET / HTTP/1.1\r\nHost: [2001:db8::1]:81\r\n\r\n");
}

TEST(Sealed, GivesARequestWithoutHostItsHost) {
  Flow old = captured("/", {});
  old.request.version = http::Version::http_1_0;
  EXPECT_EQ(head_of(std::move(old)), "GET / HTTP/1.1\r\nHost: api.example.com\r\n\r\n");
}

TEST(Sealed, KeepsFieldsOfTheConnectionBack) {
  const std::string head = head_of(captured(
      "/", fields(
               {{"Connection", "close, X-Own"},
                {"X-Own", "1"},
                {"Keep-Alive", "5"},
                {"Proxy-Authorization", "Basic eA=="},
                {"TE", "trailers"},
                {"Upgrade", "h2c"},
                {"HTTP2-Settings", "AA"},
                {"X-Other", "2"}})));
  EXPECT_EQ(head, "GET / HTTP/1.1\r\nHost: api.example.com\r\nX-Other: 2\r\n\r\n");
}

TEST(Sealed, DeclaresTheFramingOnce) {
  Flow chunked = captured("/", fields({{"transfer-encoding", "Chunked"}}));
  EXPECT_EQ(
      head_of(std::move(chunked)),
      "GET / HTTP/1.1\r\nHost: api.example.com\r\nTransfer-Encoding: chunked\r\n\r\n");
  Flow length = captured("/", fields({{"Content-Length", "3"}}));
  const Pipeline pipeline(test::open_policy(), {});
  EXPECT_EQ(seal(std::move(length), pipeline)->framing(), http::Framing::length(3));
}

TEST(Sealed, AddsTheCredentialOfItsHost) {
  EXPECT_EQ(
      head_of(captured("/"), credential()),
      "GET / HTTP/1.1\r\nHost: api.example.com\r\nAccept-Encoding: identity\r\n"
      "Authorization: Bearer token-4f1d9a\r\n\r\n");
}

TEST(Sealed, IsTheSameInHttp2) {
  const Pipeline pipeline(test::open_policy(), test::injectors_of(credential()));
  const auto sealed =
      seal(captured("/x?y=1", fields({{"TE", "trailers"}, {"Content-Length", "3"}})), pipeline);
  EXPECT_EQ(
      sealed->h2_fields(), (http::Fields{
                               {":method", "GET"},
                               {":scheme", "https"},
                               {":authority", "api.example.com"},
                               {":path", "/x?y=1"},
                               {"content-length", "3"},
                               {"accept-encoding", "identity"},
                               {"authorization", "Bearer token-4f1d9a"},
                               {"te", "trailers"}}));
  EXPECT_EQ(sealed->sensitive(), std::vector<std::string>{"authorization"});
}

TEST(Sealed, AsksForAWebSocketInItsOwnWords) {
  Flow flow = captured(
      "/chat", fields(
                   {{"Upgrade", "websocket, h2c"},
                    {"Connection", "Upgrade"},
                    {"Sec-WebSocket-Extensions", "unheard-of"}}));
  flow.websocket = http::websocket::Opening{.key = "dGhlIHNhbXBsZSBub25jZQ=="};
  EXPECT_EQ(
      head_of(std::move(flow)),
      "GET /chat HTTP/1.1\r\nHost: api.example.com\r\nConnection: Upgrade\r\n"
      "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
      "Sec-WebSocket-Version: 13\r\n\r\n");
}

TEST(Sealed, NamesTheInjectorButNeverShowsItsValueElsewhere) {
  const Pipeline pipeline(test::open_policy(), test::injectors_of(credential()));
  const auto sealed = seal(captured("/"), pipeline);
  ASSERT_TRUE(sealed);
  EXPECT_EQ(sealed->injected()->name(), "example");
  EXPECT_FALSE(sealed->flow().request.fields.contains("Authorization"));
}

TEST(Sealed, AsksForAWholeAnswerItCanRead) {
  const std::string head = head_of(
      captured(
          "/", fields(
                   {{"Accept-Encoding", "gzip"},
                    {"accept-encoding", "br"},
                    {"Range", "bytes=0-1"},
                    {"If-Range", "x"},
                    {"Request-Range", "bytes=0-1"},
                    {"x-ms-range", "bytes=0-1"}})),
      credential());
  EXPECT_EQ(head.find("gzip"), std::string::npos);
  EXPECT_EQ(head.find("bytes="), std::string::npos);
  EXPECT_EQ(head.find("br\r\n"), std::string::npos);
  EXPECT_EQ(head.find("Range"), std::string::npos);
  EXPECT_NE(head.find("Accept-Encoding: identity\r\n"), std::string::npos);
}

bool guards_any_host(redact::Action action) {
  const Pipeline pipeline(
      test::open_policy(), {}, {}, {}, test::scanner_for("a-secret-of-some-length", action));
  return seal(captured("/"), pipeline).value().is_guarded();
}

TEST(Sealed, GuardsAnswersOfEveryHostWhenASecretMustNotComeBack) {
  EXPECT_TRUE(guards_any_host(redact::Action::block));
  EXPECT_TRUE(guards_any_host(redact::Action::redact));
  EXPECT_FALSE(guards_any_host(redact::Action::log));
}

secrets::Placeholders placeholder_for(std::string host) {
  std::vector<secrets::PlaceholderSpec> specs(1);
  specs[0] = {.name = "KEY", .hosts = {std::move(host)}};
  specs[0].placeholder = "PLACEHOLDER_KEY";
  specs[0].source.value = base::Secret("s3cret-value");
  return secrets::Placeholders::create(specs, {}, "/", [](auto) { return std::string(); }).value();
}

TEST(Sealed, GuardsAnswersOfEveryHostWhenAProgramMayPutASecretSomewhere) {
  const Pipeline pipeline(test::open_policy(), {}, placeholder_for("other.example.com"));
  auto flow = captured(
      "/",
      fields({{"Accept-Encoding", "gzip;q=1.0, zz, br;q=0.5, *;q=0.1"}, {"Range", "bytes=0-1"}}));
  const auto sealed = seal(std::move(flow), pipeline).value();
  EXPECT_TRUE(sealed.is_guarded());
  std::string head;
  sealed.append_head(head);
  EXPECT_NE(head.find("Accept-Encoding: gzip;q=1.0, br;q=0.5\r\n"), std::string::npos);
  EXPECT_EQ(head.find("Range"), std::string::npos);
}

/// Whether a request keeps its Range, beside a secret for another host.
bool keeps_range(const std::string& host, std::string authorization) {
  const Pipeline pipeline(test::open_policy(), {}, placeholder_for("other.example.com"));
  auto flow = captured(
      "/", {{"Host", host}, {"Authorization", std::move(authorization)}, {"Range", "bytes=0-1"}});
  flow.arrival.host = flow.arrival.sni = host;
  const auto sealed = seal(std::move(flow), pipeline).value();
  std::string head;
  sealed.append_head(head);
  return head.contains("Range: bytes=0-1\r\n");
}

TEST(Sealed, KeepsARangeThatIsSignedForAwsAlone) {
  const std::string signature =
      "AWS4-HMAC-SHA256 Credential=A/20260101/eu-west-1/s3/aws4_request, "
      "SignedHeaders=host;range;x-amz-date, Signature=00";
  EXPECT_TRUE(keeps_range("b.s3.eu-west-1.amazonaws.com", signature));
  EXPECT_FALSE(keeps_range("b.s3.eu-west-1.amazonaws.com", "x signedheaders=a;range"));
  EXPECT_FALSE(keeps_range("gist.test", signature));
}

TEST(Sealed, LeavesAnAnswerToItsHostWhereTheRuleSaysSo) {
  policy::RuleSpec rule{.action = policy::Action::allow, .scrub = policy::Scrub::headers};
  rule.path = policy::PatternSpec{"/big/**"};
  std::vector<policy::Rule> rules;
  rules.push_back(policy::compile(std::move(rule)).value());
  const Pipeline pipeline(
      test::policy_of(std::move(rules), policy::Action::allow), test::injectors_of(credential()));
  EXPECT_TRUE(seal(captured("/small"), pipeline).value().is_guarded());
  const auto sealed =
      seal(captured("/big/file", fields({{"Range", "bytes=0-1"}})), pipeline).value();
  EXPECT_FALSE(sealed.is_guarded());
  EXPECT_NE(sealed.injected(), nullptr);
  std::string head;
  sealed.append_head(head);
  EXPECT_NE(head.find("Range: bytes=0-1\r\n"), std::string::npos);
}

TEST(Sealed, MendsWhatIsSaidOfABodyThatWasChanged) {
  const Pipeline pipeline(test::open_policy(), {});
  Flow flow = captured("/", fields({{"Content-MD5", "old"}, {"Content-Length", "9"}}));
  NobodyToAsk nobody;
  auto cleared = settle(pipeline, flow, nobody).value();
  cleared.body_is_whole(5);
  cleared.body_has_changed("hello");
  EXPECT_EQ(cleared.flow().request.fields.find("Content-MD5"), "XUFAKrxLKna5cZ2REBfFkg==");
}

TEST(Sealed, LeavesEncodingAndRangeAloneWithoutACredential) {
  const std::string head =
      head_of(captured("/", fields({{"Accept-Encoding", "gzip"}, {"Range", "bytes=0-1"}})));
  EXPECT_NE(head.find("Accept-Encoding: gzip\r\nRange: bytes=0-1\r\n"), std::string::npos);
}

TEST(Sealed, LeavesTheRequestsOwnCredentialUnlessToldToOverwrite) {
  const auto own = fields({{"Authorization", "Bearer mine"}});
  EXPECT_NE(head_of(captured("/", own), credential()).find("Bearer mine"), std::string::npos);
  auto overwriting = credential();
  overwriting.overwrite = true;
  const std::string head = head_of(captured("/", own), std::move(overwriting));
  EXPECT_EQ(head.find("mine"), std::string::npos);
  EXPECT_NE(head.find("Bearer token-4f1d9a"), std::string::npos);
}

TEST(Sealed, KeepsTheCredentialFromEveryOtherPlace) {
  Flow other_host = captured("/", {{"Host", "www.example.com"}});
  other_host.arrival.host = other_host.arrival.sni = "www.example.com";
  EXPECT_EQ(head_of(std::move(other_host), credential()).find("token"), std::string::npos);

  Flow other_port = captured("/");
  other_port.arrival.port = 8443;
  EXPECT_EQ(head_of(std::move(other_port), credential()).find("token"), std::string::npos);

  EXPECT_EQ(head_of(captured_plain("/"), credential()).find("token"), std::string::npos);
}

TEST(Sealed, AddsNoCredentialForAnUnverifiedServer) {
  EXPECT_EQ(head_of(captured("/"), credential(), false).find("token"), std::string::npos);
}

TEST(Sealed, AddsACredentialInClearOnlyWhereThatIsAllowed) {
  auto plain = credential();
  plain.allow_plaintext = true;
  EXPECT_NE(
      head_of(captured_plain("/"), std::move(plain), false).find("token-4f1d9a"),
      std::string::npos);
}

secrets::InjectorSpec credential_of(std::string type) {
  auto spec = credential();
  spec.type = std::move(type);
  spec.header.reset();
  spec.value_format.reset();
  return spec;
}

secrets::InjectorSpec query_credential() {
  auto spec = credential_of("query");
  spec.parameter = "key";
  return spec;
}

TEST(Sealed, PutsACredentialIntoTheQueryOfTheWireAlone) {
  const Pipeline pipeline(test::open_policy(), test::injectors_of(query_credential()));
  const auto sealed = seal(captured("/a?b=1"), pipeline);
  ASSERT_TRUE(sealed);
  std::string head;
  sealed->append_head(head);
  EXPECT_TRUE(head.starts_with("GET /a?b=1&key=token-4f1d9a HTTP/1.1\r\n")) << head;
  EXPECT_EQ(sealed->h2_fields().find(":path"), "/a?b=1&key=token-4f1d9a");
  EXPECT_EQ(sealed->sensitive(), std::vector<std::string>{":path"});
  EXPECT_EQ(sealed->flow().url_as_sent(), "https://api.example.com/a?b=1");
}

TEST(Sealed, GivesARequestWithoutQueryOne) {
  EXPECT_TRUE(head_of(captured("/a"), query_credential())
                  .starts_with("GET /a?key=token-4f1d9a HTTP/1.1\r\n"));
  EXPECT_TRUE(head_of(captured("/a?"), query_credential())
                  .starts_with("GET /a?key=token-4f1d9a HTTP/1.1\r\n"));
}

TEST(Sealed, TellsAProxyTheQueryWithItsCredential) {
  auto spec = query_credential();
  spec.allow_plaintext = true;
  const Pipeline pipeline(test::open_policy(), test::injectors_of(std::move(spec)));
  std::string head;
  seal(captured_plain("/a"), pipeline, false)->append_head_for_proxy(head);
  EXPECT_TRUE(head.starts_with("GET http://api.example.com/a?key=token-4f1d9a HTTP/1.1\r\n"))
      << head;
}

TEST(Sealed, AddsACredentialToWhatPlaceholdersBecame) {
  const Pipeline pipeline(
      test::open_policy(), test::injectors_of(query_credential()), test::placeholder());
  Flow flow = captured(
      "/PLACEHOLDER_KEY?a=PLACEHOLDER_KEY", fields({{"X-Own", "PLACEHOLDER_KEY"}, {"X-No", "1"}}));
  flow.notes = std::make_shared<Notes>();
  const auto sealed = seal(std::move(flow), pipeline);
  ASSERT_TRUE(sealed);
  std::string head;
  sealed->append_head(head);
  EXPECT_TRUE(head.starts_with("GET /s3cret?a=s3cret&key=token-4f1d9a HTTP/1.1\r\n")) << head;
  EXPECT_NE(head.find("X-Own: s3cret\r\n"), std::string::npos) << head;
  EXPECT_EQ(sealed->sensitive(), (std::vector<std::string>{":path", "x-own"}));
  EXPECT_EQ(sealed->flow().path, "/PLACEHOLDER_KEY");
}

TEST(Sealed, PutsACookieBesideThoseOfTheProgram) {
  auto spec = credential_of("cookie");
  spec.cookie = "sid";
  EXPECT_NE(
      head_of(captured("/", fields({{"Cookie", "a=1"}})), std::move(spec))
          .find("Cookie: a=1; sid=token-4f1d9a\r\n"),
      std::string::npos);
}

TEST(Sealed, SignsTheHeadThatGoesOut) {
  auto spec = credential_of("aws-sigv4");
  spec.access_key_id.value = base::Secret("AKIDEXAMPLE");
  spec.region = "eu-west-1";
  spec.service = "s3";
  const std::string head = head_of(
      captured("/k", fields({{"Range", "bytes=0-1"}, {"X-Amz-Meta-A", "1"}})), std::move(spec));
  EXPECT_NE(
      head.find("Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/19700101/eu-west-1/s3/"
                "aws4_request, "
                "SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-meta-a, Signature="),
      std::string::npos)
      << head;
}

TEST(Sealed, RefusesARequestThatItsCredentialDoesNotFit) {
  auto spec = credential_of("aws-sigv4");
  spec.access_key_id.value = base::Secret("AKIDEXAMPLE");
  const Pipeline pipeline(test::open_policy(), test::injectors_of(std::move(spec)));
  NobodyToAsk nobody;
  Flow flow = captured("/?X-Amz-Signature=0");
  auto cleared = settle(pipeline, flow, nobody).value();
  const Reached upstream{.host = "api.example.com", .port = 443, .verified_tls = true};
  const auto sealed = Sealed::seal(std::move(cleared), upstream, pipeline, {});
  ASSERT_FALSE(sealed);
  EXPECT_EQ(sealed.error().kind, base::ErrorKind::denied);
  EXPECT_EQ(
      sealed.error().message,
      "credential `example`: the URL is presigned with an access key of the program's own");
}

TEST(Sealed, RefusesAnUpstreamOtherThanTheOneJudged) {
  const Pipeline pipeline(test::open_policy(), test::injectors_of(credential()));
  NobodyToAsk nobody;
  for (const Reached upstream :
       {Reached{.host = "other.test", .port = 443, .verified_tls = true},
        Reached{.host = "api.example.com", .port = 444, .verified_tls = true}}) {
    Flow flow = captured("/");
    auto cleared = settle(pipeline, flow, nobody).value();
    const auto sealed = Sealed::seal(std::move(cleared), upstream, pipeline, {});
    ASSERT_FALSE(sealed);
    EXPECT_EQ(sealed.error().kind, base::ErrorKind::internal);
  }
}

TEST(Sealed, RefusesAFieldThatWouldEndTheHead) {
  const Pipeline pipeline(test::open_policy(), {});
  const auto sealed = seal(captured("/", fields({{"X", "1\r\nAuthorization: evil"}})), pipeline);
  ASSERT_FALSE(sealed);
  EXPECT_EQ(sealed.error().kind, base::ErrorKind::invalid);
}

}  // namespace
}  // namespace flow
