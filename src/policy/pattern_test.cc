// SPDX-License-Identifier: Apache-2.0
#include "policy/pattern.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace policy {
namespace {

constexpr auto glob = PatternType::glob;
constexpr auto exact = PatternType::exact;
constexpr auto regex = PatternType::regex;

struct MatchCase {
  std::string pattern;
  std::optional<PatternType> type;
  std::string subject;
  bool is_match;
};

void check(Scope scope, const std::vector<MatchCase>& table) {
  for (const auto& [text, type, subject, is_match] : table) {
    const auto pattern = Pattern::compile(text, scope, type);
    ASSERT_TRUE(pattern) << text << ": " << pattern.error().to_string();
    EXPECT_EQ(pattern->matches(subject), is_match) << text << " against " << subject;
  }
}

TEST(Pattern, MatchesHosts) {
  check(
      Scope::host, {
                       {"*.example.com", {}, "a.b.example.com", true},
                       {"*.example.com", {}, "example.com", false},
                       {"*.example.com", {}, "evilexample.com", false},
                       {"*.example.com", {}, "example.com.evil.test", false},
                       {"**.github.com", {}, "api.github.com", true},
                       {"**.github.com", {}, "github.com", false},
                       {"*", {}, "anything.test", true},
                       {"Example.COM.", {}, "example.com", true},
                       {"*.EXAMPLE.com.", {}, "a.example.com", true},
                       {"api?.x.com", {}, "api1.x.com", true},
                       {"api?.x.com", {}, "api12.x.com", false},
                       {"api.*.x.com", {}, "api.eu.west.x.com", true},
                       {"{a,b}.x.com", glob, "b.x.com", true},
                       {"{a,b}.x.com", glob, "c.x.com", false},
                       {"{,www.}x.com", glob, "x.com", true},
                       {"[a-c]1.x.com", glob, "b1.x.com", true},
                       {"[!a-c]1.x.com", glob, "b1.x.com", false},
                       {"[A-C]1.x.com", glob, "b1.x.com", true},
                       {"[!A-C]1.x.com", glob, "b1.x.com", false},
                       {"MÜNCHEN.example", {}, "xn--mnchen-3ya.example", true},
                       {"*.münchen.example", {}, "a.xn--mnchen-3ya.example", true},
                       {"127.1", {}, "127.0.0.1", true},
                       {"10.*", {}, "10.1.2.3", true},
                       {"[::1]", {}, "::1", true},
                       {"[::1]", exact, "::1", true},
                       {"2001:DB8::0:1", {}, "2001:db8::1", true},
                       {"fd00:*", {}, "fd00::1", true},
                       {"api.example.com", exact, "api.example.com", true},
                       {"^api\\.x\\.com$", {}, "api.x.com", true},
                       {"^API\\.x\\.com$", {}, "api.x.com", true},
                       {"api\\.x", {}, "my-api.x.com", true},
                   });
}

TEST(Pattern, MatchesPaths) {
  check(
      Scope::path, {
                       {"/api/*", {}, "/api/a", true},
                       {"/api/*", {}, "/api/", true},
                       {"/api/*", {}, "/api/a/b", false},
                       {"/api/**", {}, "/api", true},
                       {"/api/**", {}, "/api/", true},
                       {"/api/**", {}, "/api/a/b", true},
                       {"/api/**", {}, "/apix", false},
                       {"/**", {}, "/", true},
                       {"/**", {}, "/a/b", true},
                       {"*/admin", {}, "/admin", true},
                       {"*/admin", {}, "/x/admin", false},
                       {"**/admin", {}, "/x/y/admin", true},
                       {"**/secrets/**", {}, "/a/secrets", true},
                       {"**/secrets/**", {}, "/secrets/a/b", true},
                       {"**/secrets/**", {}, "/a/secretsx", false},
                       {"/a/**/z", {}, "/a/z", true},
                       {"/a/**/z", {}, "/a/b/c/z", true},
                       {"/a/**/z", {}, "/az", false},
                       {"/a/**/z", {}, "/a/bz", false},
                       {"/v?/x", {}, "/v1/x", true},
                       {"/v?/x", {}, "/v//x", false},
                       {"/v[!1]/x", glob, "/v//x", false},
                       {"/a**b", {}, "/a/x/b", true},
                       {"/%61dmin/*", {}, "/admin/x", true},
                       {"/a%2fb/*", {}, "/a%2Fb/x", true},
                       {"/x/../admin", {}, "/admin", true},
                       {"/x/../admin", exact, "/admin", true},
                       {"/a|b/*", glob, "/a%7Cb/x", true},
                       {"/{a,b}/c", glob, "/b/c", true},
                       {"/Case", {}, "/case", false},
                       {"^/v[0-9]+/", {}, "/v12/x", true},
                       {"/\\*", glob, "/*", true},
                   });
}

TEST(Pattern, MatchesUrls) {
  check(
      Scope::url, {
                      {"https://api.example.com/**", {}, "https://api.example.com/", true},
                      {"https://api.example.com/**", {}, "https://api.example.com/a/b?c=/d", true},
                      {"https://api.example.com", {}, "https://api.example.com/", true},
                      {"https://*.example.com/**", {}, "https://a.b.example.com/v1", true},
                      {"https://*.example.com/**", {}, "https://evil.test/.example.com/", false},
                      {"https://*.example.com/**", {}, "https://evil.test/?.example.com/", false},
                      {"https://*.example.com", {}, "https://a.example.com/", true},
                      {"*://api.x.com/**", {}, "http://api.x.com/v1", true},
                      {"*://api.x.com/**", {}, "https://evil.test/?u=https://api.x.com/", false},
                      {"https://*", {}, "https://any.test/a/b?c", true},
                      {"https://*", {}, "http://any.test/", false},
                      {"https://api.*", {}, "https://api.x.com/v1", true},
                      {"https://api.*", {}, "https://apix.com/v1", false},
                      {"https://h.test/a*", {}, "https://h.test/a?q=/x", true},
                      {"https://h.test/admin/**", {}, "https://h.test/admin?x=1", true},
                      {"https://h.test/admin/**", {}, "https://h.test/administrator", false},
                      {"*/v1/traces", {}, "https://otel.test/v1/traces", true},
                      {"*/v1/traces", {}, "https://otel.test/v1/traces/x", false},
                      {"HTTPS://Api.X.com:443/%7euser/*", {}, "https://api.x.com/~user/x", true},
                      {"https://api.x.com:8443/*", {}, "https://api.x.com:8443/x", true},
                      {"https://api.x.com:8443/*", {}, "https://api.x.com/x", false},
                      {"http://api.x.com:443/*", {}, "http://api.x.com:443/x", true},
                      {"https://x.com/a?b=*", {}, "https://x.com/a?b=1", true},
                      {"https://{a,b}.x.com/**", glob, "https://b.x.com/1", true},
                      {"https://[::1]:8080/*", {}, "https://[::1]:8080/x", true},
                      {"https://[::1]/x", exact, "https://[::1]/x", true},
                      {"https://API.x.com:443/a?B=%41", exact, "https://api.x.com/a?B=A", true},
                      {"^https://[^/]+/v1/", {}, "https://api.x.com/v1/a", true},
                  });
}

TEST(Pattern, DetectsTheType) {
  EXPECT_EQ(Pattern::compile("*.x.com", Scope::host)->type(), glob);
  for (const auto* text : {"^x$", "a|b", "(a)", "a+", "a\\.b", "[ab]+"}) {
    EXPECT_EQ(Pattern::compile(text, Scope::host)->type(), regex) << text;
  }
}

TEST(Pattern, AsksForTheTypeOfBracketsAndBraces) {
  for (const auto* text : {"{a,b}.x.com", "[ab].x.com", "a]", "x{2}"}) {
    const auto pattern = Pattern::compile(text, Scope::host);
    ASSERT_FALSE(pattern) << text;
    EXPECT_TRUE(pattern.error().hint.contains("type = \"glob\"")) << text;
  }
}

struct Refused {
  std::string pattern;
  Scope scope;
  std::optional<PatternType> type;
};

TEST(Pattern, RefusesWhatCouldNeverMatch) {
  const Refused table[] = {
      {"", Scope::host, {}},
      {"example.com:443", Scope::host, {}},
      {"*.example.com:443", Scope::host, {}},
      {"*.cafe:443", Scope::host, {}},
      {"example.com/path", Scope::host, {}},
      {"*.example.com/path", Scope::host, {}},
      {"a b.com", Scope::host, {}},
      {"*.a b.com", Scope::host, {}},
      {"*.m*ü.example", Scope::host, {}},
      {"[ü].example", Scope::host, glob},
      {"a\tb", Scope::host, {}},
      {"*", Scope::host, exact},
      {"{a", Scope::host, glob},
      {"a}", Scope::host, glob},
      {"[a", Scope::host, glob},
      {"[]", Scope::host, glob},
      {"[!]", Scope::host, glob},
      {"[z-a]", Scope::host, glob},
      {"a\\", Scope::host, glob},
      {"a\\*b.*", Scope::host, glob},
      {"(", Scope::host, regex},
      {"api/*", Scope::path, {}},
      {"*", Scope::path, {}},
      {"?api", Scope::path, {}},
      {"/a/../*", Scope::path, {}},
      {"/*/./b", Scope::path, {}},
      {"/%2*", Scope::path, {}},
      {"/a b/*", Scope::path, {}},
      {"/[|]", Scope::path, glob},
      {"/a?b", Scope::path, exact},
      {"api.x.com/*", Scope::url, {}},
      {"ftp://x.com/*", Scope::url, {}},
      {"https:///*", Scope::url, {}},
      {"https://u@x.com/*", Scope::url, {}},
      {"https://x.com:0/*", Scope::url, {}},
      {"https://x.com:70000/*", Scope::url, {}},
      {"*://x.com:443/*", Scope::url, {}},
      {"https://x.com/*#top", Scope::url, {}},
      {"https://x.com/a/../*", Scope::url, {}},
      {"x.com", Scope::url, exact},
      {"https://x.com/#a", Scope::url, exact},
      {std::string(4097, 'a'), Scope::host, glob},
      {"{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}.x", Scope::host, glob},
  };
  for (const auto& [text, scope, type] : table) {
    EXPECT_FALSE(Pattern::compile(text, scope, type)) << name_of(scope) << ' ' << text;
  }
}

TEST(Pattern, TakesTimeInProportionToItsLength) {
  std::string pattern = "/";
  for (int i = 0; i < 40; ++i)
    pattern += "a*";
  const auto compiled = Pattern::compile(pattern + "b", Scope::path);
  EXPECT_FALSE(compiled->matches("/" + std::string(8000, 'a') + "c/b"));
}

TEST(Pattern, TellsTheHostOfAUrlPattern) {
  const auto host_of = [](std::string_view text) {
    return Pattern::compile(text, Scope::url).value().host();
  };
  EXPECT_TRUE(host_of("https://*.x.com/**")->matches("a.x.com"));
  EXPECT_FALSE(host_of("https://*.x.com/**")->matches("a.y.com"));
  EXPECT_TRUE(host_of("https://x.com:8443/a")->matches("x.com"));
  EXPECT_TRUE(host_of("https://10.*:8443/a")->matches("10.1.2.3"));
  EXPECT_TRUE(host_of("https://[::1]:8443/*")->matches("::1"));
  EXPECT_FALSE(host_of("*/v1/traces"));
  EXPECT_FALSE(host_of("https://api.*"));
  EXPECT_FALSE(host_of("https://*3/x")) << "matches https://a.test:8443/x";
}

TEST(Pattern, KnowsWhichHostsTwoPatternsShare) {
  const auto overlap = [](std::string_view a, std::string_view b) {
    return may_overlap(
        Pattern::compile(a, Scope::host).value(), Pattern::compile(b, Scope::host).value());
  };
  EXPECT_TRUE(overlap("*.x.com", "a.x.com"));
  EXPECT_TRUE(overlap("*.x.com", "*.a.x.com"));
  EXPECT_TRUE(overlap("api.*", "*.com"));
  EXPECT_TRUE(overlap("^a", "a.test"));
  EXPECT_FALSE(overlap("*.x.com", "x.com"));
  EXPECT_FALSE(overlap("*.x.com", "*.y.com"));
  EXPECT_FALSE(overlap("^a", "b.test"));
  EXPECT_FALSE(overlap("b.test", "^a"));
}

}  // namespace
}  // namespace policy
