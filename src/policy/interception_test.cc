// SPDX-License-Identifier: Apache-2.0
#include "policy/interception.h"

#include <gtest/gtest.h>

#include "policy/test_support.h"

namespace policy {
namespace {

using test::rule_of;

Rule closed(std::string host, std::vector<std::int64_t> ports = {}) {
  return rule_of(
      {.action = Action::allow,
       .host = PatternSpec{std::move(host)},
       .ports = std::move(ports),
       .tls = Tls::passthrough});
}

TEST(Interception, IsNeededForWhatOnlyARequestShows) {
  std::vector<Rule> rules;
  rules.push_back(rule_of({.host = PatternSpec{"x.com"}}));
  rules.push_back(rule_of({.path = PatternSpec{"/admin"}}));
  const auto found = unenforceable_without_interception(rules);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0], &rules[1]);
}

TEST(Interception, IsMissedBehindPassthrough) {
  std::vector<Rule> rules;
  rules.push_back(closed("*.bank.test", {443}));
  rules.push_back(rule_of({.host = PatternSpec{"api.bank.test"}, .methods = {"POST"}}));
  rules.push_back(rule_of({.path = PatternSpec{"/admin"}}));
  rules.push_back(rule_of({.url = PatternSpec{"https://*.bank.test/a"}}));
  const auto found = hidden_by_passthrough(rules);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].rule, &rules[1]);
  EXPECT_EQ(found[0].hidden_by, &rules[0]);
}

TEST(Interception, IsNotMissedElsewhere) {
  std::vector<Rule> rules;
  rules.push_back(closed("*.bank.test", {443}));
  rules.push_back(rule_of({.host = PatternSpec{"api.x.com"}, .path = PatternSpec{"/a"}}));
  rules.push_back(rule_of({.url = PatternSpec{"https://x.com/a"}}));
  rules.push_back(rule_of({.path = PatternSpec{"/a"}, .ports = {8443}}));
  rules.push_back(rule_of({.path = PatternSpec{"/a"}, .schemes = {"http"}}));
  EXPECT_TRUE(hidden_by_passthrough(rules).empty());
}

}  // namespace
}  // namespace policy
