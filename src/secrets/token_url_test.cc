// SPDX-License-Identifier: Apache-2.0
#include "secrets/token_url.h"

#include <gtest/gtest.h>

namespace secrets {
namespace {

TEST(TokenUrl, HasHostPortAndTarget) {
  const auto url = parse_token_url("HTTPS://Login.Test:8443/a/../token?x=1", "token_url").value();
  EXPECT_EQ(url, (TokenUrl{.host = "login.test", .port = 8443, .target = "/token?x=1"}));
  EXPECT_EQ(url.origin(), "https://login.test:8443");
}

TEST(TokenUrl, NeedsNoPath) {
  EXPECT_EQ(parse_token_url("https://login.test", "url").value(), (TokenUrl{.host = "login.test"}));
  EXPECT_EQ(parse_token_url("https://[::1]/", "url").value().origin(), "https://[::1]");
}

TEST(TokenUrl, IsOfHttpsAndNothingElse) {
  for (const auto* text :
       {"http://login.test/", "login.test", "https://", "https://u:p@login.test/",
        "https://login.test/#f", "https://login.test/a b", "https://login.test:0/", ""}) {
    const auto url = parse_token_url(text, "token_url");
    ASSERT_FALSE(url) << text;
    EXPECT_TRUE(url.error().message.starts_with("its token_url is no https:// URL")) << text;
  }
}

TEST(TokenUrl, LeadsToPathsBelow) {
  const auto api = parse_token_url("https://ghe.test/api/v3/", "api_url").value();
  EXPECT_EQ(below(api, "/app").target, "/api/v3/app");
  EXPECT_EQ(below(TokenUrl{.host = "a.test"}, "/app").target, "/app");
}

}  // namespace
}  // namespace secrets
