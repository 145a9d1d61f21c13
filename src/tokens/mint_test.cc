// SPDX-License-Identifier: Apache-2.0
#include "tokens/mint.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <span>

#include "tokens/approvals.h"
#include "tokens/discharge.h"
#include "tokens/limits.h"
#include "tokens/test_support.h"

namespace tokens {
namespace {

TEST(Attenuate, AddsNothingThatIsThereAlready) {
  const Token token = mint_with({stripe});
  EXPECT_EQ(attenuate(token, {stripe}).value(), token);
}

TEST(Attenuate, LeavesADischargeAsItIs) {
  Token discharge = mint_with({});
  discharge.nonce.is_discharge = true;
  EXPECT_FALSE(attenuate(discharge, {stripe}));
}

TEST(Attenuate, AsksAThirdPartyOnce) {
  const ThirdParty party{"person", std::string(60, 'k'), "t"};
  ThirdParty again = party;
  again.ticket = "u";
  const Token token = mint_with({Caveat(party)});
  EXPECT_FALSE(attenuate(token, {Caveat(again)}));
}

TEST(Attenuate, StaysWithinTheLimits) {
  std::vector<Caveat> caveats;
  for (std::size_t i = 0; i <= most_caveats; ++i)
    caveats.emplace_back(RequestLimit{i});
  EXPECT_FALSE(attenuate(mint_with({}), caveats));
  caveats.pop_back();
  EXPECT_TRUE(attenuate(mint_with({}), caveats));
  EXPECT_FALSE(attenuate(mint_with({}), {Caveat(Purpose{std::string(longest_token, 'x')})}));
}

// --- an attenuated token is never wider ---------------------------------------------------------

using Random = std::mt19937;

std::size_t number_below(Random& random, std::size_t limit) { return random() % limit; }

std::vector<std::string> some_of(Random& random, const std::vector<std::string>& words) {
  std::vector<std::string> some;
  for (const auto& word : words) {
    if (number_below(random, 2) == 0) some.push_back(word);
  }
  return some;
}

const std::vector<std::string> hosts{"a.test", "b.test", "c.test"};
const std::vector<std::string> methods{"GET", "POST", "PUT"};
const std::vector<std::string> patterns{"/**", "/v1/*", "/v1/**", "/v1/a", "/v2/*/b"};
const std::vector<std::string> paths{"/", "/v1", "/v1/a", "/v1/a/b", "/v2/x/b"};

Caveat any_caveat(Random& random) {
  const auto second = static_cast<std::int64_t>(number_below(random, 100));
  switch (number_below(random, 10)) {
    case 0:
      return Caveat(Validity{second, second + static_cast<std::int64_t>(number_below(random, 80))});
    case 1:
      return Caveat(Hosts{some_of(random, hosts)});
    case 2:
      return Caveat(Methods{some_of(random, methods)});
    case 3:
      return Caveat(Paths{some_of(random, patterns)});
    case 4:
      return Caveat(Ports{{80, 443}});
    case 5:
      return Caveat(RequestLimit{number_below(random, 5)});
    case 6:
      return Caveat(UploadLimit{number_below(random, 5)});
    case 7:
      return Caveat(Purpose{"x"});
    case 8:
      return Caveat(AskPerson{});
    default:
      return Caveat(Sandboxes{some_of(random, {"s", "t"})});
  }
}

Approval approval_of(const Token& token) {
  return {.digest = digest_of(token.tail), .until = base::WallTime(std::chrono::hours(1))};
}

Context any_context(Random& random) {
  return {
      .host = hosts[number_below(random, hosts.size())],
      .method = methods[number_below(random, methods.size())],
      .path = paths[number_below(random, paths.size())],
      .now = base::WallTime(std::chrono::seconds(number_below(random, 120))),
      .port = number_below(random, 2) == 0 ? 443 : 8443,
      .sandbox = "s",
      .usage = Usage{.requests = number_below(random, 4), .bytes_up = number_below(random, 4)}};
}

TEST(Attenuate, NeverMakesATokenWider) {
  Random random(20260318);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same tokens each time
  int permitted = 0;
  int narrowed = 0;
  for (int i = 0; i < 4000; ++i) {
    std::vector<Caveat> first;
    while (number_below(random, 3) != 0)
      first.push_back(any_caveat(random));
    const Token wide = mint_with(first);
    const Token narrow = attenuate(wide, {any_caveat(random), any_caveat(random)}).value();
    Context context = any_context(random);
    // Whoever agrees to the narrow token agrees to no more than to the wide one.
    const std::array approvals{approval_of(narrow), approval_of(wide)};
    Context narrow_context = context;
    if (number_below(random, 2) == 0) {
      context.approvals = approvals;
      narrow_context.approvals = std::span(approvals).first(number_below(random, 3));
    }
    const bool wide_permits = permits(judge({wide}, context));
    const bool narrow_permits = permits(judge({narrow}, narrow_context));
    ASSERT_TRUE(wide_permits || !narrow_permits) << to_text(wide) << "\n" << to_text(narrow);
    permitted += narrow_permits ? 1 : 0;
    narrowed += wide_permits && !narrow_permits ? 1 : 0;
  }
  // The tokens were such that it could have been seen.
  EXPECT_GT(permitted, 100);
  EXPECT_GT(narrowed, 100);
}

}  // namespace
}  // namespace tokens
