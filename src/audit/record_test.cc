// SPDX-License-Identifier: Apache-2.0
#include "audit/record.h"

#include <gtest/gtest.h>

namespace audit {
namespace {

std::string masked(std::string name, std::span<const std::string> also = {}) {
  Headers headers{{std::move(name), "value"}};
  mask_headers(headers, also);
  return headers[0].value;
}

TEST(MaskHeaders, HidesWhatCarriesACredential) {
  for (const char* name :
       {"Authorization", "proxy-authorization", "Cookie", "Set-Cookie", "X-Api-Key", "x-api-keys",
        "X-Auth-Token", "Private-Token", "X-Amz-Security-Token", "X-AccessToken", "my_secret",
        "X-Secret-Sauce", "X.Password"}) {
    EXPECT_EQ(masked(name), masked_value) << name;
  }
}

TEST(MaskHeaders, LeavesTheRest) {
  for (const char* name :
       {"Accept", "Content-Type", "Host", "User-Agent", "X-Request-Id", "WWW-Authenticate", "",
        "-"}) {
    EXPECT_EQ(masked(name), "value") << name;
  }
}

TEST(MaskHeaders, HidesTheNamedOnesInAnyCase) {
  const std::vector<std::string> also{"X-Injected"};
  EXPECT_EQ(masked("x-injected", also), masked_value);
}

TEST(LimitHeaders, LeavesOutWhatDoesNotFitAndKeepsWhatComesAfter) {
  Headers headers{{"a", "1234"}, {"big", std::string(100, 'x')}, {"b", "5678"}};
  EXPECT_TRUE(limit_headers(headers, 10));
  EXPECT_EQ(headers, (Headers{{"a", "1234"}, {"b", "5678"}}));
}

TEST(LimitHeaders, SaysWhenAllFit) {
  Headers headers{{"a", "1"}};
  EXPECT_FALSE(limit_headers(headers));
}

TEST(HostOf, FindsTheHostOfEveryKindOfUrl) {
  const std::pair<const char*, const char*> cases[] = {
      {"https://example.com/a?b", "example.com"},
      {"https://example.com:8443/", "example.com"},
      {"https://example.com?x=/", "example.com"},
      {"tcp://[::1]:22", "::1"},
      {"dns://name.test", "name.test"},
      {"nonsense", ""},
      {"https://[", ""},
      {"", ""},
  };
  for (const auto& [url, host] : cases) {
    Record record;
    record.url = url;
    EXPECT_EQ(host_of(record), host) << url;
  }
}

TEST(Kind, HasANameThatFindsIt) {
  for (const Kind kind : {Kind::exchange, Kind::connection, Kind::dns, Kind::refusal, Kind::gap}) {
    EXPECT_EQ(kind_named(name_of(kind)), kind);
  }
  EXPECT_EQ(kind_named("other"), std::nullopt);
}

}  // namespace
}  // namespace audit
