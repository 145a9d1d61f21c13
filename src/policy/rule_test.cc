// SPDX-License-Identifier: Apache-2.0
#include "policy/rule.h"

#include <gtest/gtest.h>

#include "policy/test_support.h"

namespace policy {
namespace {

using test::error_of;
using test::rule_of;

const base::Origin here{.file = "config.toml", .line = 12, .column = 3};

TEST(Rule, DescribesItselfInOneLine) {
  EXPECT_EQ(
      describe(rule_of({.host = PatternSpec{"*.evil.test"}, .origin = here})),
      "block *.evil.test (config.toml:12)");
  EXPECT_EQ(
      describe(rule_of(
          {.action = Action::allow,
           .host = PatternSpec{"x.com"},
           .methods = {"get", "head"},
           .ports = {443}})),
      "allow host x.com, methods GET HEAD, ports 443");
}

TEST(Rule, IsOneJsonObject) {
  EXPECT_EQ(
      to_json(rule_of({.host = PatternSpec{"*.evil.test"}, .origin = here})),
      R"({"pattern":"*.evil.test","scope":"host","type":"glob","action":"block","file":"config.toml","line":12})");
  EXPECT_EQ(
      to_json(rule_of(
          {.action = Action::ask,
           .host = PatternSpec{"x.com"},
           .path = PatternSpec{"/a/**"},
           .methods = {"GET"},
           .schemes = {"https"},
           .ports = {443, 8443},
           .origin = here})),
      R"({"conditions":{"host":"x.com","path":"/a/**","methods":["GET"],"schemes":["https"],"ports":[443,8443]},)"
      R"("scope":null,"type":null,"action":"ask","file":"config.toml","line":12})");
}

TEST(Rule, GivesItsOwnReasonOrNamesItsPattern) {
  EXPECT_EQ(rule_of({.host = PatternSpec{"x.com"}}).reason(), "matched rule: x.com");
  EXPECT_EQ(rule_of({.host = PatternSpec{"x.com"}, .reason = "not here"}).reason(), "not here");
}

TEST(Rule, TakesSugarOncePerScope) {
  RuleSpec spec;
  EXPECT_TRUE(add_sugar(spec, Scope::url, {.text = "https://x.com/*"}));
  EXPECT_EQ(spec.url->text, "https://x.com/*");
  EXPECT_TRUE(add_sugar(spec, Scope::host, {.text = "x.com"}));
  EXPECT_FALSE(add_sugar(spec, Scope::host, {.text = "y.com"}));
}

TEST(Rule, SaysWhatIsWrongWithIt) {
  EXPECT_EQ(error_of({}), "a rule without a condition");
  EXPECT_EQ(
      error_of({.host = PatternSpec{"x.com:443"}}),
      "host pattern \"x.com:443\": not an IPv6 address, nor a host name");
  EXPECT_EQ(error_of({.methods = {"GE T"}}), "the method is not a token of at most 32 characters");
  EXPECT_EQ(error_of({.schemes = {"wss"}}), "a scheme is \"http\" or \"https\"");
  EXPECT_EQ(error_of({.ports = {0}}), "0 is not a port (1 to 65535)");
  EXPECT_EQ(error_of({.ports = {65536}}), "65536 is not a port (1 to 65535)");
  EXPECT_EQ(
      error_of({.host = PatternSpec{"x.com"}, .allow_private = true}),
      "allow_private in a rule that blocks");
  EXPECT_EQ(
      error_of({.host = PatternSpec{"x.com"}, .scrub = Scrub::headers}),
      "scrub in a rule that blocks");
  EXPECT_EQ(
      error_of(
          {.action = Action::allow,
           .host = PatternSpec{"x.com"},
           .tls = Tls::passthrough,
           .scrub = Scrub::headers}),
      "scrub in a rule about what nobody looks into");
  EXPECT_EQ(
      error_of({.action = Action::allow, .ports = {80}, .allow_private = true}),
      "allow_private without a `host`");
  EXPECT_EQ(
      error_of(
          {.action = Action::allow,
           .host = PatternSpec{"x.com"},
           .path = PatternSpec{"/a"},
           .tls = Tls::passthrough}),
      "tls = \"passthrough\" hides the path, URL and method that the rule asks for");
}

TEST(Rule, EscapesItsPatternForATerminal) {
  EXPECT_FALSE(error_of({.host = PatternSpec{"a\x1b[31m"}}).contains('\x1b'));
}

TEST(Rule, KnowsWhetherItMustSeeInside) {
  EXPECT_FALSE(rule_of({.host = PatternSpec{"x.com"}, .ports = {443}}).needs_interception());
  EXPECT_TRUE(rule_of({.path = PatternSpec{"/a"}}).needs_interception());
  EXPECT_TRUE(rule_of({.url = PatternSpec{"https://x.com/"}}).needs_interception());
  EXPECT_TRUE(rule_of({.methods = {"POST"}}).needs_interception());
}

TEST(Rule, NamesItsWordsBothWays) {
  for (const auto action : {Action::allow, Action::block, Action::ask}) {
    EXPECT_EQ(action_named(name_of(action)), action);
  }
  for (const auto tls : {Tls::inspect, Tls::passthrough})
    EXPECT_EQ(tls_named(name_of(tls)), tls);
  EXPECT_FALSE(action_named("Allow"));
}

}  // namespace
}  // namespace policy
