// SPDX-License-Identifier: Apache-2.0
#include "policy/profile.h"

#include <gtest/gtest.h>

namespace policy {
namespace {

Policy policy_of(Profile profile) {
  return Policy::create({}, rules_for(profile), default_for(profile)).value();
}

Action action_for(const Policy& policy, std::string_view host) {
  return decide(
             policy, {.method = "GET", .scheme = "https", .host = host, .port = 443, .path = "/"})
      .action;
}

TEST(Profile, IsNamedAsInTheConfiguration) {
  for (const auto name : {"open", "balanced", "locked-down", "ask"}) {
    EXPECT_EQ(name_of(profile_named(name).value()), name);
  }
  EXPECT_FALSE(profile_named("locked_down"));
}

TEST(Profile, DecidesAboutUnknownHostsAsItsNameSays) {
  EXPECT_EQ(action_for(policy_of(Profile::open), "evil.test"), Action::allow);
  EXPECT_EQ(action_for(policy_of(Profile::balanced), "evil.test"), Action::block);
  EXPECT_EQ(action_for(policy_of(Profile::locked_down), "github.com"), Action::block);
  EXPECT_EQ(action_for(policy_of(Profile::ask), "github.com"), Action::ask);
}

TEST(Profile, BalancedAllowsWhatDevelopersNeed) {
  const Policy policy = policy_of(Profile::balanced);
  for (const auto host :
       {"anthropic.com",
        "api.anthropic.com",
        "claude.ai",
        "api.openai.com",
        "api.mistral.ai",
        "generativelanguage.googleapis.com",
        "us-central1-aiplatform.googleapis.com",
        "bedrock-runtime.eu-west-1.amazonaws.com",
        "any.npmjs.org",
        "pypi.org",
        "files.pythonhosted.org",
        "crates.io",
        "any.crates.io",
        "any.debian.org",
        "any.ubuntu.com",
        "any.golang.org",
        "rubygems.org",
        "any.maven.org",
        "github.com",
        "api.github.com",
        "raw.githubusercontent.com",
        "gitlab.com",
        "bitbucket.org"}) {
    EXPECT_EQ(action_for(policy, host), Action::allow) << host;
  }
}

TEST(Profile, BalancedIsNotFooledByNamesThatLookAlike) {
  const Policy policy = policy_of(Profile::balanced);
  for (const auto host :
       {"anthropic.com.evil.test", "evilanthropic.com", "github.com.evil.test", "npmjs.org.test",
        "bedrock-runtime.evil.s3.amazonaws.com", "storage.googleapis.com", "169.254.169.254",
        "localhost", "example.com"}) {
    EXPECT_EQ(action_for(policy, host), Action::block) << host;
  }
}

TEST(Profile, BalancedLeavesRawTcpAlone) {
  const Policy policy = policy_of(Profile::balanced);
  EXPECT_EQ(
      decide_connection(policy, "github.com", 22, ConnectionKind::raw_tcp).action, Action::block);
}

TEST(Profile, NamesItselfInItsReasons) {
  const Policy policy = policy_of(Profile::balanced);
  const Target target{
      .method = "GET", .scheme = "https", .host = "evil.test", .port = 443, .path = "/"};
  EXPECT_EQ(
      decide(policy, target).reason,
      "no rule matches evil.test (default action of profile balanced)");
  EXPECT_EQ(rules_for(Profile::balanced).front().spec().origin.file, "profile balanced");
}

}  // namespace
}  // namespace policy
