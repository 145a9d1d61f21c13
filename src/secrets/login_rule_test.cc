// SPDX-License-Identifier: Apache-2.0
#include "secrets/login_rule.h"

#include <gtest/gtest.h>

namespace secrets {
namespace {

using policy::Target;

LoginSpec login_spec() {
  return {
      .name = "claude",
      .token_endpoints = {"https://auth.test/v1/oauth/token"},
      .hosts = {"api.test"},
      .access_tokens = {"access_token", "id_token"},
      .refresh_tokens = {"refresh_token"}};
}

Target post(std::string_view host, std::string_view path = "/", std::uint16_t port = 443) {
  return {.method = "POST", .scheme = "https", .host = host, .port = port, .path = path};
}

std::string why_not(std::string_view member, const Target& target, Part part) {
  return LoginRule::compile(login_spec())
      .value()
      .sentinel(member, "SENTINEL")
      .why_not(target, part);
}

std::string login_error(const LoginSpec& wrong) {
  const auto rule = LoginRule::compile(wrong);
  return rule ? "no error" : rule.error().message;
}

const Target endpoint = post("auth.test", "/v1/oauth/token");

TEST(LoginRule, KnowsItsTokenEndpoints) {
  const auto rule = LoginRule::compile(login_spec()).value();
  EXPECT_TRUE(rule.is_answered_with_tokens(endpoint));
  EXPECT_FALSE(rule.is_answered_with_tokens(post("auth.test", "/v1/oauth/authorize")));
  EXPECT_FALSE(rule.is_answered_with_tokens(post("api.test", "/v1/oauth/token")));
  EXPECT_FALSE(rule.is_answered_with_tokens(post("auth.test", "/v1/oauth/token", 8443)));
  Target plain = endpoint;
  plain.scheme = "http";
  plain.port = 80;
  EXPECT_FALSE(rule.is_answered_with_tokens(plain));
}

TEST(LoginRule, KnowsAnEndpointHoweverAServerMayReadItsPath) {
  const auto rule = LoginRule::compile(login_spec()).value();
  for (const auto* path :
       {"//v1/oauth/token", "/v1/oauth%2Ftoken", "/v1/oauth/token/", "/v1/oauth/token;a=b",
        "/V1/OAuth/Token", "/v1/oauth/token.json"})
    EXPECT_TRUE(rule.is_answered_with_tokens(post("auth.test", path))) << path;
  EXPECT_FALSE(rule.is_answered_with_tokens(post("auth.test", "/v1/oauth/token/x")));
}

TEST(LoginRule, ReadsGlobsAndPortsOfEndpoints) {
  auto written = login_spec();
  written.token_endpoints = {"https://*.login.test:8443/*/token", "https://[2001:db8::1]:444/t"};
  const auto rule = LoginRule::compile(written).value();
  EXPECT_TRUE(rule.is_answered_with_tokens(post("eu.login.test", "/tenant/token", 8443)));
  EXPECT_FALSE(rule.is_answered_with_tokens(post("eu.login.test", "/tenant/token")));
  EXPECT_TRUE(rule.is_answered_with_tokens(post("2001:db8::1", "/t", 444)));
}

TEST(LoginRule, SendsAnAccessTokenInHeadersOfItsHostsAndBackToTheEndpoint) {
  EXPECT_EQ(why_not("access_token", post("api.test"), Part::header), "");
  EXPECT_EQ(why_not("id_token", post("api.test"), Part::header), "");
  EXPECT_EQ(why_not("access_token", endpoint, Part::body), "");
  EXPECT_EQ(why_not("access_token", post("api.test"), Part::body), "is not put into the body");
  EXPECT_EQ(why_not("access_token", post("api.test"), Part::query), "is not put into the query");
  EXPECT_EQ(why_not("access_token", endpoint, Part::header), "is not put into the header");
  EXPECT_EQ(why_not("access_token", post("evil.test"), Part::header), "is not for evil.test");
}

TEST(LoginRule, SendsARefreshTokenBackToTheEndpointAlone) {
  EXPECT_EQ(why_not("refresh_token", endpoint, Part::body), "");
  EXPECT_EQ(why_not("refresh_token", post("api.test"), Part::header), "is not for api.test");
  EXPECT_EQ(why_not("refresh_token", post("auth.test", "/x"), Part::body), "is not for this path");
}

TEST(LoginRule, NamesItsTokens) {
  const auto rule = LoginRule::compile(login_spec()).value();
  EXPECT_EQ(rule.name_of_token("id_token"), "claude.id_token");
  EXPECT_EQ(rule.sentinel("id_token", "SENTINEL").name(), "claude.id_token");
  EXPECT_TRUE(rule.is_token("refresh_token"));
  EXPECT_FALSE(rule.is_token("scope"));
}

TEST(LoginRule, ConcernsItsHosts) {
  const auto rule = LoginRule::compile(login_spec()).value();
  EXPECT_TRUE(rule.concerns("auth.test"));
  EXPECT_TRUE(rule.concerns("api.test"));
  EXPECT_FALSE(rule.concerns("evil.test"));
}

TEST(LoginRule, SaysWhatIsWrong) {
  auto none = login_spec();
  none.token_endpoints.clear();
  EXPECT_EQ(login_error(none), "login `claude`: it has no token endpoint");
  for (const std::string url :
       {"http://auth.test/token", "https://auth.test", "auth.test/token", "https://auth.test/t?x=1",
        "https://me@auth.test/t", "https://auth.test/t#x", ""}) {
    auto wrong = login_spec();
    wrong.token_endpoints = {url};
    EXPECT_EQ(
        login_error(wrong), "login `claude`: `" + url + "` is not the URL of a token endpoint");
  }
  auto no_port = login_spec();
  no_port.token_endpoints = {"https://auth.test:0/t"};
  EXPECT_EQ(login_error(no_port), "login `claude`: `https://auth.test:0/t` has no port");
  auto bad_name = login_spec();
  bad_name.name = "a b";
  EXPECT_TRUE(login_error(bad_name).contains("its name may hold only"));
  auto twice = login_spec();
  twice.refresh_tokens.emplace_back("id_token");
  EXPECT_TRUE(login_error(twice).contains("both an access token and a refresh token"));
  auto nothing = login_spec();
  nothing.access_tokens.clear();
  nothing.refresh_tokens.clear();
  EXPECT_TRUE(login_error(nothing).contains("no member of an answer is a token"));
}

}  // namespace
}  // namespace secrets
