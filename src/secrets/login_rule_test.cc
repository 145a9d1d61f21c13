// SPDX-License-Identifier: Apache-2.0
#include "secrets/login_rule.h"

#include <gtest/gtest.h>

namespace secrets {
namespace {

using policy::Target;

LoginSpec spec() {
  return {
      .name = "claude",
      .token_endpoints = {"https://auth.test/v1/oauth/token"},
      .hosts = {"api.test"},
      .access_tokens = {"access_token", "id_token"},
      .refresh_tokens = {"refresh_token"}};
}

Target https(std::string_view host, std::string_view path = "/", std::uint16_t port = 443) {
  return {.method = "POST", .scheme = "https", .host = host, .port = port, .path = path};
}

std::string why_not(std::string_view member, const Target& target, Part part) {
  return LoginRule::compile(spec()).value().sentinel(member, "SENTINEL").why_not(target, part);
}

std::string error_of(const LoginSpec& wrong) {
  const auto rule = LoginRule::compile(wrong);
  return rule ? "no error" : rule.error().message;
}

const Target endpoint = https("auth.test", "/v1/oauth/token");

TEST(LoginRule, KnowsItsTokenEndpoints) {
  const auto rule = LoginRule::compile(spec()).value();
  EXPECT_TRUE(rule.is_answered_with_tokens(endpoint));
  EXPECT_FALSE(rule.is_answered_with_tokens(https("auth.test", "/v1/oauth/authorize")));
  EXPECT_FALSE(rule.is_answered_with_tokens(https("api.test", "/v1/oauth/token")));
  EXPECT_FALSE(rule.is_answered_with_tokens(https("auth.test", "/v1/oauth/token", 8443)));
  Target plain = endpoint;
  plain.scheme = "http";
  plain.port = 80;
  EXPECT_FALSE(rule.is_answered_with_tokens(plain));
}

TEST(LoginRule, ReadsGlobsAndPortsOfEndpoints) {
  auto written = spec();
  written.token_endpoints = {"https://*.login.test:8443/*/token", "https://[2001:db8::1]:444/t"};
  const auto rule = LoginRule::compile(written).value();
  EXPECT_TRUE(rule.is_answered_with_tokens(https("eu.login.test", "/tenant/token", 8443)));
  EXPECT_FALSE(rule.is_answered_with_tokens(https("eu.login.test", "/tenant/token")));
  EXPECT_TRUE(rule.is_answered_with_tokens(https("2001:db8::1", "/t", 444)));
}

TEST(LoginRule, SendsAnAccessTokenInHeadersOfItsHostsAndBackToTheEndpoint) {
  EXPECT_EQ(why_not("access_token", https("api.test"), Part::header), "");
  EXPECT_EQ(why_not("id_token", https("api.test"), Part::header), "");
  EXPECT_EQ(why_not("access_token", endpoint, Part::body), "");
  EXPECT_EQ(why_not("access_token", https("api.test"), Part::body), "is not put into the body");
  EXPECT_EQ(why_not("access_token", https("api.test"), Part::query), "is not put into the query");
  EXPECT_EQ(why_not("access_token", endpoint, Part::header), "is not put into the header");
  EXPECT_EQ(why_not("access_token", https("evil.test"), Part::header), "is not for evil.test");
}

TEST(LoginRule, SendsARefreshTokenBackToTheEndpointAlone) {
  EXPECT_EQ(why_not("refresh_token", endpoint, Part::body), "");
  EXPECT_EQ(why_not("refresh_token", https("api.test"), Part::header), "is not for api.test");
  EXPECT_EQ(why_not("refresh_token", https("auth.test", "/x"), Part::body), "is not for this path");
}

TEST(LoginRule, NamesItsTokens) {
  const auto rule = LoginRule::compile(spec()).value();
  EXPECT_EQ(rule.name_of_token("id_token"), "claude.id_token");
  EXPECT_EQ(rule.sentinel("id_token", "SENTINEL").name(), "claude.id_token");
  EXPECT_TRUE(rule.is_token("refresh_token"));
  EXPECT_FALSE(rule.is_token("scope"));
}

TEST(LoginRule, ConcernsItsHosts) {
  const auto rule = LoginRule::compile(spec()).value();
  EXPECT_TRUE(rule.concerns("auth.test"));
  EXPECT_TRUE(rule.concerns("api.test"));
  EXPECT_FALSE(rule.concerns("evil.test"));
}

TEST(LoginRule, SaysWhatIsWrong) {
  auto none = spec();
  none.token_endpoints.clear();
  EXPECT_EQ(error_of(none), "login `claude`: it has no token endpoint");
  for (const std::string url :
       {"http://auth.test/token", "https://auth.test", "auth.test/token", "https://auth.test/t?x=1",
        "https://me@auth.test/t", "https://auth.test/t#x", ""}) {
    auto wrong = spec();
    wrong.token_endpoints = {url};
    EXPECT_EQ(error_of(wrong), "login `claude`: `" + url + "` is not the URL of a token endpoint");
  }
  auto no_port = spec();
  no_port.token_endpoints = {"https://auth.test:0/t"};
  EXPECT_EQ(error_of(no_port), "login `claude`: `https://auth.test:0/t` has no port");
  auto bad_name = spec();
  bad_name.name = "a b";
  EXPECT_TRUE(error_of(bad_name).contains("its name may hold only"));
  auto twice = spec();
  twice.refresh_tokens.emplace_back("id_token");
  EXPECT_TRUE(error_of(twice).contains("both an access token and a refresh token"));
  auto nothing = spec();
  nothing.access_tokens.clear();
  nothing.refresh_tokens.clear();
  EXPECT_TRUE(error_of(nothing).contains("no member of an answer is a token"));
}

}  // namespace
}  // namespace secrets
