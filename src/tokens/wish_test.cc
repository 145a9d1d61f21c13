// SPDX-License-Identifier: Apache-2.0
#include "tokens/wish.h"

#include <gtest/gtest.h>

#include "tokens/test_support.h"

namespace tokens {
namespace {

using std::chrono::seconds;

const base::WallTime wished_at(seconds(1700000000));

std::vector<Caveat> made(const Wish& wish) {
  auto caveats = caveats_for(wish, wished_at);
  EXPECT_TRUE(caveats) << caveats.error().message;
  return caveats ? *caveats : std::vector<Caveat>();
}

std::string mistake(const Wish& wish) {
  const auto caveats = caveats_for(wish, wished_at);
  EXPECT_FALSE(caveats);
  return caveats ? "" : caveats.error().message;
}

TEST(Wish, ComesInTheOrderOfTheFormat) {
  const auto caveats = made(
      {.hosts = {"api.stripe.com"},
       .methods = {"get"},
       .paths = {"/v1/customers/*"},
       .valid_for = "1h"});
  const std::vector<Caveat> expected{
      Caveat(Validity{1700000000, 1700003600}), Caveat(Hosts{{"api.stripe.com"}}),
      Caveat(Methods{{"GET"}}), Caveat(Paths{{"/v1/customers/*"}})};
  EXPECT_EQ(caveats, expected);
}

TEST(Wish, HoldsListsWithCommasAndBlanks) {
  const auto caveats = made({.hosts = {" B.test , a.test,", "c.test,a.test."}});
  EXPECT_EQ(caveats.at(0), Caveat(Hosts{{"b.test", "a.test", "c.test"}}));
}

TEST(Wish, KnowsDaysAndWeeks) {
  EXPECT_EQ(made({.valid_for = "7d"}).at(0), Caveat(Validity{1700000000, 1700000000 + 604800}));
  EXPECT_EQ(made({.valid_for = "1w"}).at(0), Caveat(Validity{1700000000, 1700000000 + 604800}));
}

TEST(Wish, CountsFromAStartInTheFuture) {
  EXPECT_EQ(
      made({.valid_for = "1h", .not_before = "2023-11-15T00:00:00Z"}).at(0),
      Caveat(Validity{1700006400, 1700010000}));
  EXPECT_EQ(
      made({.valid_for = "1h", .not_before = "2020-01-01T00:00:00Z"}).at(0),
      Caveat(Validity{1700000000, 1700003600}));
}

TEST(Wish, MakesTheCaveatsOfLazaret) {
  const auto caveats = made(
      {.ports = {"443,8443"},
       .requests = "5",
       .bytes_up = "1000",
       .sandboxes = {"s"},
       .clients = {"c"},
       .purpose = "p",
       .single_use = true,
       .ask_person = true});
  const std::vector<Caveat> expected{Caveat(Ports{{443, 8443}}), Caveat(RequestLimit{5}),
                                     Caveat(UploadLimit{1000}),  Caveat(Sandboxes{{"s"}}),
                                     Caveat(Clients{{"c"}}),     Caveat(Purpose{"p"}),
                                     Caveat(SingleUse{}),        Caveat(AskPerson{})};
  EXPECT_EQ(caveats, expected);
}

TEST(Wish, IsRefusedWhenNothingCouldEverMatch) {
  EXPECT_TRUE(mistake({.hosts = {", ,"}}).contains("--hosts names nothing"));
  EXPECT_TRUE(mistake({.hosts = {"*.stripe.com"}}).contains("without wildcards"));
  EXPECT_TRUE(mistake({.hosts = {"api.stripe.com:443"}}).contains("port"));
  EXPECT_TRUE(mistake({.methods = {"G ET"}}).contains("--methods"));
  EXPECT_TRUE(mistake({.methods = {"TRACE"}}).contains("--methods"));
  EXPECT_TRUE(mistake({.paths = {"v1"}}).contains("--paths"));
  EXPECT_TRUE(mistake({.paths = {"/a?b=1"}}).contains("--paths"));
  EXPECT_TRUE(mistake({.paths = {"/a/../*"}}).contains("--paths"));
  EXPECT_TRUE(mistake({.ports = {"0"}}).contains("--ports"));
  EXPECT_TRUE(mistake({.requests = "-1"}).contains("--requests"));
  EXPECT_TRUE(mistake({.requests = "0"}).contains("--requests"));
  EXPECT_TRUE(mistake({.bytes_up = "1k"}).contains("--bytes-up"));
  EXPECT_TRUE(mistake({.valid_for = "-1h"}).contains("--valid-for"));
  EXPECT_TRUE(mistake({.valid_for = "0s"}).contains("--valid-for"));
  EXPECT_TRUE(mistake({.valid_for = "1h", .not_before = "soon"}).contains("--not-before"));
  EXPECT_TRUE(mistake({.not_before = "2030-01-01T00:00:00Z"}).contains("--not-before"));
}

TEST(Wish, IsRefusedWithThePathToWriteInstead) {
  const auto caveats = caveats_for({.paths = {"/a/../b"}}, wished_at);
  ASSERT_FALSE(caveats);
  EXPECT_EQ(
      caveats.error().message,
      "--paths: /a/../b: a dot segment never matches: requests have none left");
  EXPECT_EQ(caveats.error().hint, "write /b");
}

TEST(CheckWindow, RefusesATokenThatIsNeverValid) {
  const Token ended = mint_with({Caveat(Validity{100, 200})});
  EXPECT_TRUE(check_window(attenuate(ended, {Caveat(Validity{200, 300})}).value()));
  EXPECT_FALSE(check_window(attenuate(ended, {Caveat(Validity{201, 300})}).value()));
  EXPECT_TRUE(check_window(mint_with({})));
}

TEST(Wish, IsRefusedWhenSomethingIsGivenEmpty) {
  EXPECT_TRUE(mistake({.valid_for = ""}).contains("--valid-for: an empty text"));
  EXPECT_TRUE(mistake({.valid_for = "1h", .not_before = ""}).contains("--not-before"));
  EXPECT_TRUE(mistake({.hosts = {""}}).contains("--hosts names nothing"));
  EXPECT_TRUE(mistake({.requests = ""}).contains("--requests"));
  EXPECT_TRUE(mistake({.bytes_up = ""}).contains("--bytes-up"));
}

TEST(Wish, MayHaveNoEnd) {
  EXPECT_EQ(made({.methods = {"GET"}}), std::vector<Caveat>{Caveat(Methods{{"GET"}})});
}

}  // namespace
}  // namespace tokens
