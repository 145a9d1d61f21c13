// SPDX-License-Identifier: Apache-2.0
#include "config/changes.h"

#include <gtest/gtest.h>

#include "config/toml.h"

namespace config {
namespace {

using Keys = std::vector<std::string>;

Keys changes(std::string_view before, std::string_view after) {
  return keys_for_next_start(
      parse_toml(before, "/before.toml").value(), parse_toml(after, "/after.toml").value());
}

TEST(Changes, WhatTheGatewayDecidesByIsTakenUp) {
  EXPECT_EQ(
      changes(
          "[proxy.filter]\nprofile = 'open'\n[secrets.A]\nhosts = ['a.example']\n",
          "[proxy]\nmax_log_body_bytes = 1\n[[proxy.filter.rules]]\nhost = 'b.example'\n"),
      Keys{});
}

TEST(Changes, AValueThatCountsAtTheStartIsNamed) {
  EXPECT_EQ(
      changes("[upstream]\nconnect_timeout = '1s'\n", "[upstream]\nconnect_timeout = '2s'\n"),
      Keys{"upstream.connect_timeout"});
}

TEST(Changes, AKeyThatCameAndOneThatWentAreNamed) {
  EXPECT_EQ(
      changes("[proxy]\nport = 8080\n", "[sandbox]\nhide_env_files = false\n"),
      (Keys{"proxy.port", "sandbox.hide_env_files"}));
}

TEST(Changes, AListThatDiffersIsNamedAsOne) {
  EXPECT_EQ(
      changes(
          "[[sandbox.mounts.rules]]\npattern = 'a'\n", "[[sandbox.mounts.rules]]\npattern = 'b'\n"),
      Keys{"sandbox.mounts.rules"});
}

TEST(Changes, WhereSomethingIsWrittenDoesNotCount) {
  EXPECT_EQ(changes("[proxy]\nport = 1\n", "\n\n[proxy]\n\nport = 1\n"), Keys{});
}

TEST(Changes, AValueOfAnotherTypeIsAnotherValue) {
  EXPECT_EQ(changes("[proxy]\nport = 1\n", "[proxy]\nport = '1'\n"), Keys{"proxy.port"});
}

}  // namespace
}  // namespace config
