// SPDX-License-Identifier: Apache-2.0
#include "flow/stages/route.h"

#include <gtest/gtest.h>

#include "flow/test_support.h"

namespace flow {
namespace {

using test::captured;
using test::captured_plain;
using test::proxied;

/// 0 when the request may go on, else the status of the refusal.
int status_of(Flow& flow) {
  const Verdict verdict = Route().on_request(flow);
  if (const auto* deny = std::get_if<Deny>(&verdict)) {
    EXPECT_EQ(deny->stage, "route");
    EXPECT_NE(deny->reason, "");
    return deny->status;
  }
  return 0;
}
int status_of(Flow&& flow) { return status_of(flow); }

std::string url_of(Flow flow) {
  const int status = status_of(flow);
  return status == 0 ? flow.url() : std::to_string(status);
}

Flow with_host(Flow flow, std::string host) {
  flow.request.fields.set("Host", std::move(host));
  return flow;
}

Flow with_method(Flow flow, std::string method) {
  flow.request.method = std::move(method);
  return flow;
}

TEST(Route, TakesHostAndPortFromTheConnection) {
  Flow flow = captured_plain("/a?b=1", 8080);
  ASSERT_EQ(status_of(flow), 0);
  EXPECT_EQ(flow.scheme, "http");
  EXPECT_EQ(flow.host, "api.example.com");
  EXPECT_EQ(flow.port, 8080);
  EXPECT_EQ(flow.path, "/a");
  EXPECT_EQ(flow.query, "b=1");
}

TEST(Route, ComparesHostsInTheirOneSpelling) {
  for (const auto* host :
       {"api.example.com", "API.Example.COM", "api.example.com.", "api.example.com:443"})
    EXPECT_EQ(status_of(with_host(captured("/"), host)), 0) << host;
}

TEST(Route, RefusesAHostFieldThatIsNotTheConnections) {
  for (const auto* host :
       {"other.test", "api.example.com:8443", "api.example.com.evil.test", "198.18.0.17"})
    EXPECT_EQ(status_of(with_host(captured("/"), host)), 421) << host;
}

TEST(Route, RefusesAHostFieldThatIsNoHost) {
  for (const auto* host : {"", "a b", "user@api.example.com", "api.example.com:", "a:0", "a/b"})
    EXPECT_EQ(status_of(with_host(captured("/"), host)), 400) << host;
}

TEST(Route, RefusesAServerNameThatIsNotTheConnections) {
  Flow flow = captured("/");
  flow.arrival.sni = "other.test";
  EXPECT_EQ(status_of(flow), 421);
}

TEST(Route, TakesATlsClientThatNamesNoServer) {
  Flow flow = captured("/");
  flow.arrival.sni.clear();
  EXPECT_EQ(status_of(flow), 0);
}

TEST(Route, HoldsAnAbsoluteTargetToTheConnection) {
  const struct {
    const char* target;
    int status;
  } rows[] = {{"https://api.example.com/x", 0},       {"HTTPS://API.example.com:443/x", 0},
              {"https://other.test/x", 421},          {"https://api.example.com:444/x", 421},
              {"http://api.example.com/x", 421},      {"ftp://api.example.com/x", 421},
              {"https://u@api.example.com/x", 400},   {"https:///x", 400},
              {"https://api.example.com:99999/", 400}};
  for (const auto& [target, status] : rows)
    EXPECT_EQ(status_of(captured(target)), status) << target;
}

TEST(Route, LearnsTheHostOfAProxyRequestFromItsTarget) {
  EXPECT_EQ(url_of(proxied("http://api.example.com/a")), "http://api.example.com/a");
  EXPECT_EQ(
      url_of(proxied("http://API.example.com:8080/a", "api.example.com:8080")),
      "http://api.example.com:8080/a");
  EXPECT_EQ(url_of(proxied("http://[2001:DB8::1]/", "[2001:db8::1]")), "http://[2001:db8::1]/");
}

TEST(Route, RefusesAProxyRequestWhoseHostFieldDisagrees) {
  EXPECT_EQ(status_of(proxied("http://api.example.com/", "other.test")), 421);
  EXPECT_EQ(status_of(proxied("http://api.example.com/", "api.example.com:81")), 421);
}

TEST(Route, WantsAProxyRequestToNameItsServer) {
  EXPECT_EQ(status_of(proxied("/a")), 400);
  EXPECT_EQ(status_of(with_method(proxied("*"), "OPTIONS")), 400);
}

TEST(Route, RefusesHttpsThroughTheProxyWithoutConnect) {
  EXPECT_EQ(status_of(proxied("https://api.example.com/")), 400);
}

TEST(Route, RefusesTargetsOfNoForm) {
  for (const auto* target :
       {"", "a", "*", "//%zz", "/a#b", "/a b", "http//x", "api.example.com:443"})
    EXPECT_EQ(status_of(captured(target)), 400) << target;
}

TEST(Route, RefusesConnectInsideAConnectionHoweverItIsSpelt) {
  EXPECT_EQ(status_of(with_method(captured("api.example.com:443"), "CONNECT")), 400);
  EXPECT_EQ(status_of(with_method(captured("/"), "CONNECT")), 400);
  EXPECT_EQ(status_of(with_method(captured("/"), "connect")), 400);
}

TEST(Route, RefusesMethodsThatWouldEchoCredentials) {
  for (const auto* method : {"TRACE", "trace", "TRACK"})
    EXPECT_EQ(status_of(with_method(captured("/"), method)), 405) << method;
}

TEST(Route, SpellsAMethodInOneWay) {
  Flow flow = with_method(captured("/"), "get");
  ASSERT_EQ(status_of(flow), 0);
  EXPECT_EQ(flow.request.method, "GET");
}

TEST(Route, KnowsTheAsteriskOfOptions) {
  Flow flow = with_method(captured("*"), "OPTIONS");
  ASSERT_EQ(status_of(flow), 0);
  EXPECT_EQ(flow.path, "*");
  EXPECT_EQ(flow.url(), "https://api.example.com/*");
}

TEST(Route, TellsWhatIsSentAsItIsSent) {
  const auto sent = [](Flow flow) {
    const int status = status_of(flow);
    return status == 0 ? flow.url_as_sent() : std::to_string(status);
  };
  EXPECT_EQ(sent(with_method(captured("*"), "OPTIONS")), "https://api.example.com");
  EXPECT_EQ(sent(with_method(captured("/*"), "OPTIONS")), "https://api.example.com/*");
  EXPECT_EQ(sent(captured("/a?")), "https://api.example.com/a?");
  EXPECT_EQ(sent(captured("/a")), "https://api.example.com/a");
  EXPECT_EQ(sent(captured("/a?b")), "https://api.example.com/a?b");
}

TEST(Route, MakesPathsCanonical) {
  const struct {
    const char* target;
    const char* url;
  } rows[] = {
      {"/a/../b/./c", "https://api.example.com/b/c"},
      {"/%61%2f%7E", "https://api.example.com/a%2F~"},
      {"/../../etc", "https://api.example.com/etc"},
      {"//admin", "https://api.example.com//admin"},
      {"/a?x=%2e&y", "https://api.example.com/a?x=.&y"},
      {"https://api.example.com", "https://api.example.com/"},
      {"https://api.example.com?q", "https://api.example.com/?q"}};
  for (const auto& [target, url] : rows)
    EXPECT_EQ(url_of(captured(target)), url) << target;
}

TEST(Route, RefusesPathsThatServersReadDifferently) {
  for (const auto* target : {"/%00", "/%2", "/%zz", "/a\\b", "/..%2Fx", "/..;/x", "/a?%0"})
    EXPECT_EQ(status_of(captured(target)), 400) << target;
}

TEST(Route, KeepsAnEmptyQueryApartFromNone) {
  Flow with = captured("/a?");
  Flow without = captured("/a");
  ASSERT_EQ(status_of(with), 0);
  ASSERT_EQ(status_of(without), 0);
  EXPECT_EQ(with.query, "");
  EXPECT_EQ(without.query, std::nullopt);
}

}  // namespace
}  // namespace flow
