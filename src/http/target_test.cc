// SPDX-License-Identifier: Apache-2.0
#include "http/target.h"

#include <gtest/gtest.h>

namespace http {
namespace {

TEST(SplitTarget, SplitsEveryForm) {
  const struct {
    std::string_view method;
    std::string_view target;
    TargetParts parts;
  } cases[] = {
      {"GET", "/", {.path = "/"}},
      {"GET", "/a?", {.path = "/a", .query = ""}},
      {"GET", "/a?b?c", {.path = "/a", .query = "b?c"}},
      {"GET", "//a.test/x", {.path = "//a.test/x"}},
      {"GET", "http://a.test:81/x?y", {TargetForm::absolute, "http", "a.test:81", "/x", "y"}},
      {"GET", "http://a.test?y", {TargetForm::absolute, "http", "a.test", "", "y"}},
      {"OPTIONS", "http://a.test", {TargetForm::absolute, "http", "a.test"}},
      {"OPTIONS", "*", {.form = TargetForm::asterisk}},
      {"CONNECT", "a.test:443", {.form = TargetForm::authority, .authority = "a.test:443"}},
  };
  for (const auto& [method, target, parts] : cases)
    EXPECT_EQ(split_target(method, target), parts) << target;
}

TEST(SplitTarget, RefusesWhatDoesNotFitTheMethod) {
  EXPECT_FALSE(split_target("GET", "*"));
  EXPECT_FALSE(split_target("GET", "a.test:80"));
  EXPECT_FALSE(split_target("CONNECT", "http://a.test:80/"));
  EXPECT_FALSE(split_target("CONNECT", "a.test"));
  EXPECT_FALSE(split_target("GET", ""));
}

TEST(SplitAuthority, TakesHostAndPort) {
  const struct {
    std::string_view text;
    Authority authority;
  } cases[] = {
      {"a.test", {"a.test"}},
      {"A_b-c.test.:8080", {"A_b-c.test.", 8080}},
      {"192.0.2.1:1", {"192.0.2.1", 1}},
      {"[2001:db8::1]", {"2001:db8::1"}},
      {"[::ffff:192.0.2.1]:65535", {"::ffff:192.0.2.1", 65535}},
  };
  for (const auto& [text, authority] : cases)
    EXPECT_EQ(split_authority(text), authority) << text;
}

TEST(SplitAuthority, RefusesAnythingElse) {
  for (std::string_view text :
       {"", ":80", "a.test:", "a.test:0", "a.test:65536", "a.test:+1", "a.test:1 ", "a:b:1",
        "u@a.test", "a%2etest", "[::1", "[]", "[::1]80", "[::1%eth0]", "caf\xc3\xa9.test", "a\\b",
        "*"})
    EXPECT_FALSE(split_authority(text)) << text;
}

}  // namespace
}  // namespace http
