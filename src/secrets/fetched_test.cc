// SPDX-License-Identifier: Apache-2.0
#include "secrets/fetched.h"

#include <gtest/gtest.h>

#include "secrets/fetched_credential.h"
#include "secrets/injectors.h"
#include "secrets/key_test_support.h"
#include "secrets/mechanism_test_support.h"
#include "secrets/test_support.h"

namespace secrets {
namespace {

using namespace std::chrono_literals;
using test::some_day;

std::string outlook(Fetched& fetched, base::WallTime now = some_day) {
  const auto said = fetched.use(now);
  if (const auto* ready = std::get_if<Fetched::Ready>(&said))
    return "ready " + std::to_string(ready->generation);
  if (const auto* failing = std::get_if<Fetched::Failing>(&said)) return failing->reason;
  return "awaited";
}

Fetched never_fetched() { return {"x", 10s, nullptr}; }

TEST(Fetched, IsAwaitedUntilItIsThere) {
  auto fetched = never_fetched();
  EXPECT_EQ(outlook(fetched), "awaited");
  EXPECT_FALSE(fetched.was_ready());
  fetched.succeeded(some_day, some_day + 1h, 0);
  EXPECT_EQ(outlook(fetched), "ready 1");
  EXPECT_TRUE(fetched.was_ready());
}

TEST(Fetched, TellsWhyItIsNotThere) {
  auto fetched = never_fetched();
  fetched.failed(some_day, "the server is down", 0);
  EXPECT_EQ(outlook(fetched), "the server is down");
  EXPECT_EQ(outlook(fetched, some_day + 1s), "awaited");
}

TEST(Fetched, StaysUsableWhenItCannotBeRenewed) {
  auto fetched = never_fetched();
  fetched.succeeded(some_day, some_day + 1h, 0);
  fetched.failed(some_day + 55min, "the server is down", 0);
  EXPECT_EQ(outlook(fetched, some_day + 55min), "ready 1");
}

TEST(Fetched, IsGivenUpWhenItsOwnTokenIsRefused) {
  auto fetched = never_fetched();
  fetched.succeeded(some_day, some_day + 1h, 0);
  fetched.succeeded(some_day, some_day + 1h, 0);
  fetched.reject(1, some_day);
  EXPECT_EQ(outlook(fetched), "ready 2");
  fetched.reject(2, some_day);
  EXPECT_EQ(outlook(fetched), "awaited");
}

TEST(Fetched, TellsItsFetcherOnceThatItIsNeeded) {
  auto fetched = never_fetched();
  int told = 0;
  fetched.served_by([&] { ++told; });
  fetched.use(some_day);
  fetched.use(some_day);
  EXPECT_EQ(told, 1);
}

TEST(Fetched, TellsThoseWhoListenThatAFetchHasEnded) {
  auto fetched = never_fetched();
  int told = 0;
  {
    const auto listening = fetched.listen([&] { ++told; });
    fetched.failed(some_day, "no", 0);
    fetched.succeeded(some_day, some_day + 1h, 0);
  }
  fetched.succeeded(some_day, some_day + 1h, 0);
  EXPECT_EQ(told, 2);
}

std::vector<InjectorSpec> app() {
  std::vector<InjectorSpec> specs(1);
  specs[0].name = "app";
  specs[0].enabled = true;
  specs[0].type = "github-app";
  specs[0].fetch.app_id = "1";
  specs[0].fetch.installation_id = "2";
  specs[0].source.value = test::rsa_pem();
  return specs;
}

policy::Target target(std::string_view host, std::string_view path) {
  return {.method = "GET", .scheme = "https", .host = host, .port = 443, .path = path};
}

TEST(FetchedCredential, GoesToTheApiAndToGit) {
  const auto specs = app();
  const auto injectors = Injectors::create(specs, {}, {}).value();
  const Scrubber scrubber(injectors.withheld());
  const auto tasks = injectors.fetching(scrubber);
  ASSERT_EQ(tasks.size(), 1U);
  ASSERT_TRUE(tasks[0].put_to_use(base::Secret("ghs_0123456789")));
  const auto* api = injectors.find(target("api.github.com", "/user"));
  const auto* git = injectors.find(target("github.com", "/me/mine.git/info/refs"));
  ASSERT_TRUE(api && git);
  EXPECT_EQ(test::outcome(*api, {}), "Authorization: Bearer ghs_0123456789");
  EXPECT_EQ(
      test::outcome(*git, {}), "Authorization: Basic eC1hY2Nlc3MtdG9rZW46Z2hzXzAxMjM0NTY3ODk=");
  EXPECT_EQ(injectors.find(target("github.com", "/login")), nullptr);
  EXPECT_TRUE(scrubber.finds_secret_in("you are ghs_0123456789"));
}

TEST(FetchedCredential, HasNoValueBeforeTheFirstFetch) {
  const auto specs = app();
  const auto injectors = Injectors::create(specs, {}, {}).value();
  EXPECT_FALSE(injectors.all()[0].has_value());
  EXPECT_TRUE(injectors.named().empty());
  EXPECT_FALSE(injectors.withheld().empty());
}

TEST(FetchedCredential, WithoutItsSourceIsOff) {
  auto specs = app();
  specs[0].source.value.reset();
  specs[0].source.env = "KEY";
  const auto injectors = Injectors::create(specs, {}, {}).value();
  ASSERT_EQ(injectors.disabled().size(), 1U);
  EXPECT_EQ(injectors.disabled()[0].reason, "the environment variable KEY is not set");
}

TEST(FetchedCredential, WithAKeyThatIsNoneIsAnError) {
  auto specs = app();
  specs[0].source.value.emplace("nonsense");
  EXPECT_FALSE(Injectors::create(specs, {}, {}));
}

TEST(FetchedCredential, IsForTheHostOfItsServerWithoutOneOfItsOwn) {
  InjectorSpec spec{.name = "x", .enabled = true, .type = "pocketbase", .username = "me"};
  spec.fetch.url = "https://base.test:8443";
  const auto rule = InjectorRule::compile(spec).value();
  EXPECT_EQ(rule.host(), "base.test");
  auto asked = target("base.test", "/");
  EXPECT_FALSE(rule.matches(asked));
  asked.port = 8443;
  EXPECT_TRUE(rule.matches(asked));
}

}  // namespace
}  // namespace secrets
