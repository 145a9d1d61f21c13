// SPDX-License-Identifier: Apache-2.0
#include "secrets/presets.h"

#include <gtest/gtest.h>

#include <set>

#include "base/encoding.h"
#include "secrets/mechanism_test_support.h"

namespace secrets {
namespace {

using test::Asked;
using test::outcome;

/// The injector that a preset makes of its variables.
Injectors from_environment(const std::string& preset, const Environment& environment) {
  std::vector<InjectorSpec> specs;
  specs.push_back({.name = preset, .enabled = true});
  return Injectors::create(specs, environment, "/").value();
}

/// What becomes of a request that the preset's host gets.
std::string sent(const std::string& preset, const Environment& environment, const Asked& asked) {
  const auto injectors = from_environment(preset, environment);
  return test::with_view(asked, [&](const RequestView& view) -> std::string {
    const auto* injector = injectors.find(view.target);
    return injector == nullptr ? "none" : outcome(*injector, asked);
  });
}

TEST(Presets, NeedNoMoreThanTheirFirstVariable) {
  for (const auto& preset : all_presets()) {
    Environment environment{{std::string(preset.environment[0]), "s3cret-key"}};
    for (const auto& more : {preset.username_environment[0], preset.access_key_environment[0]})
      if (!more.empty()) environment.emplace(more, "someone");
    EXPECT_EQ(from_environment(std::string(preset.name), environment).all().size(), 1U)
        << preset.name;
  }
}

TEST(Presets, HaveEachTheirName) {
  const auto names = preset_names();
  EXPECT_EQ(std::set(names.begin(), names.end()).size(), names.size());
}

TEST(Presets, WriteWhereTheirServiceReads) {
  const struct {
    const char* preset;
    const char* variable;
    const char* host;
    const char* path;
    std::string written;
  } rows[] = {
      {"github", "GH_TOKEN", "api.github.com", "/user", "Authorization: Bearer k3y-of-it"},
      {"github-git", "GITHUB_TOKEN", "github.com", "/o/r.git/info/refs",
       "Authorization: Basic " + base::to_base64("x-access-token:k3y-of-it")},
      {"gitlab", "GITLAB_TOKEN", "gitlab.com", "/api/v4/user", "Private-Token: k3y-of-it"},
      {"gitlab-git", "GITLAB_TOKEN", "gitlab.com", "/g/s/r.git/git-receive-pack",
       "Authorization: Basic " + base::to_base64("oauth2:k3y-of-it")},
      {"anthropic", "ANTHROPIC_API_KEY", "api.anthropic.com", "/v1/messages",
       "X-Api-Key: k3y-of-it"},
      {"google-ai", "GOOGLE_API_KEY", "generativelanguage.googleapis.com", "/v1beta/models",
       "X-Goog-Api-Key: k3y-of-it"},
      {"linear", "LINEAR_API_KEY", "api.linear.app", "/graphql", "Authorization: k3y-of-it"},
      {"npm", "NPM_TOKEN", "www.npmjs.org", "/p", "Authorization: Bearer k3y-of-it"},
      {"pypi", "TWINE_PASSWORD", "www.pypi.org", "/legacy/",
       "Authorization: Basic " + base::to_base64("__token__:k3y-of-it")},
  };
  for (const auto& row : rows)
    EXPECT_EQ(
        sent(row.preset, {{row.variable, "k3y-of-it"}}, {.host = row.host, .path = row.path}),
        row.written)
        << row.preset;
}

TEST(Presets, AreForNoMoreThanTheirPaths) {
  const Environment environment{{"GITHUB_TOKEN", "k3y-of-it"}};
  EXPECT_EQ(sent("github-git", environment, {.host = "github.com", .path = "/o/r"}), "none");
  EXPECT_EQ(sent("github-git", environment, {.host = "github.com", .path = "/login"}), "none");
}

TEST(Presets, GiveWayToWhatIsWritten) {
  InjectorSpec own{.name = "npm", .enabled = true, .host = "npm.corp.test"};
  const auto rule = InjectorRule::compile(own);
  EXPECT_EQ(rule->host(), "npm.corp.test");
  EXPECT_EQ(rule->value_format(), "Bearer {token}");
}

TEST(Presets, LeaveASectionOfTheirNameAloneThatNeedsThemNot) {
  InjectorSpec own{
      .name = "gitlab", .enabled = true, .host = "gitlab.test", .header = "Authorization"};
  const auto rule = InjectorRule::compile(own);
  EXPECT_EQ(rule->preset(), nullptr);
  EXPECT_EQ(rule->value_format(), "{token}");
  own.name = "github";
  EXPECT_EQ(InjectorRule::compile(own)->value_format(), "Bearer {token}");
}

using Variables = std::map<std::string, std::string>;

TEST(Presets, GiveTheProgramADummyInTheVariablesItLooksInto) {
  EXPECT_EQ(
      from_environment("github", {{"GH_TOKEN", "k3y-of-it"}}).environment(),
      (Variables{{"GITHUB_TOKEN", "proxy-managed"}, {"GH_TOKEN", "proxy-managed"}}));
  EXPECT_EQ(
      from_environment(
          "aws", {{"AWS_SECRET_ACCESS_KEY", "s3cret-key"}, {"AWS_ACCESS_KEY_ID", "AKIDOFTEST"}})
          .environment(),
      (Variables{
          {"AWS_SECRET_ACCESS_KEY", "proxy-managed"}, {"AWS_ACCESS_KEY_ID", "proxy-managed"}}));
  EXPECT_EQ(
      from_environment("pypi", {{"TWINE_PASSWORD", "k3y-of-it"}}).environment()["TWINE_USERNAME"],
      "__token__");
}

TEST(Presets, GiveNoDummyWithoutACredentialOrForAnotherHost) {
  EXPECT_EQ(from_environment("github", {}).environment(), Variables{});
  const InjectorSpec elsewhere{.name = "npm", .enabled = true, .host = "npm.corp.test"};
  EXPECT_EQ(InjectorRule::compile(elsewhere)->variables(), Variables{});
}

TEST(Presets, LeaveTheVariablesToWhoeverNamesThem) {
  InjectorSpec own{.name = "github", .enabled = true, .dummy = "ghp_none"};
  own.env = {"MY_TOKEN"};
  EXPECT_EQ(InjectorRule::compile(own)->variables(), (Variables{{"MY_TOKEN", "ghp_none"}}));
  own.env.emplace();
  EXPECT_EQ(InjectorRule::compile(own)->variables(), Variables{});
}

TEST(Presets, OfTwoValuesSayWhichIsMissing) {
  const auto injectors = from_environment("docker", {{"DOCKERHUB_TOKEN", "k3y-of-it"}});
  ASSERT_EQ(injectors.disabled().size(), 1U);
  EXPECT_EQ(
      injectors.disabled()[0].reason,
      "there is no user name: no environment variable of DOCKERHUB_USERNAME, DOCKER_USERNAME is "
      "set");
}

}  // namespace
}  // namespace secrets
