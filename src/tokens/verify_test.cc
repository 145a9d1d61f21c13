// SPDX-License-Identifier: Apache-2.0
#include "tokens/verify.h"

#include <gtest/gtest.h>

#include "tokens/approvals.h"
#include "tokens/test_support.h"

namespace tokens {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

Context at(base::WallTime now) {
  Context context = good_context();
  context.now = now;
  return context;
}

TEST(Verify, PermitsWhatEveryCaveatPermits) {
  const auto verdict = judge(vector_caveats);
  ASSERT_TRUE(permits(verdict)) << reason_of(verdict);
  EXPECT_EQ(std::get<Permit>(verdict).key_id, "primary");
  EXPECT_EQ(std::get<Permit>(verdict).token_id, "000102030405060708090a0b0c0d0e0f");
}

TEST(Verify, PermitsEverythingWithoutCaveats) {
  EXPECT_TRUE(permits(judge(std::vector<Caveat>{})));
}

TEST(Verify, RefusesAKeyThatItDoesNotKnow) {
  const auto verdict = verify({mint_with({})}, KeyRing(), good_context());
  EXPECT_EQ(status_of(verdict), 401);
}

TEST(Verify, RefusesEveryChangedBit) {
  const std::string bytes = encode(mint_with(vector_caveats));
  for (std::size_t i = 0; i < bytes.size() * 8; ++i) {
    std::string changed = bytes;
    changed[i / 8] = static_cast<char>(changed[i / 8] ^ (1 << (i % 8)));
    const auto token = decode(changed);
    if (token) EXPECT_EQ(status_of(judge({*token})), 401) << i;
  }
}

TEST(Verify, RefusesCaveatsThatWereTakenAwayOrReordered) {
  Token shorter = mint_with(vector_caveats);
  shorter.caveats.pop_back();
  EXPECT_EQ(status_of(judge({shorter})), 401);
  Token reordered = mint_with(vector_caveats);
  std::swap(reordered.caveats[0], reordered.caveats[1]);
  EXPECT_EQ(status_of(judge({reordered})), 401);
}

TEST(Verify, RefusesATokenFromSomewhereElse) {
  Token token = mint_with({});
  token.location = "elsewhere";
  EXPECT_EQ(status_of(judge({token})), 401);
}

TEST(Verify, RefusesARevokedTokenAndItsDescendants) {
  KeyRing ring = vector_ring();
  const Token token = mint_with({});
  ring.revoke(token.id(), {.since = {}});
  EXPECT_EQ(status_of(verify({token}, ring, good_context())), 401);
  const Token narrower = attenuate(token, {stripe}).value();
  EXPECT_EQ(reason_of(verify({narrower}, ring, good_context())), "the token was revoked");
}

TEST(Verify, HoldsAWindowAtBothExactSeconds) {
  const std::vector<Caveat> caveats{Caveat(Validity{100, 200})};
  const auto status = [&](base::WallTime now) { return status_of(judge(caveats, at(now))); };
  EXPECT_EQ(status(base::WallTime(seconds(100)) - nanoseconds(1)), 401);
  EXPECT_EQ(status(base::WallTime(seconds(100))), 200);
  EXPECT_EQ(status(base::WallTime(seconds(200))), 200);
  EXPECT_EQ(status(base::WallTime(seconds(200)) + nanoseconds(1)), 401);
}

TEST(Verify, SaysThatATokenExpiredBeforeWhatItIsNotFor) {
  const auto verdict = judge({stripe, Caveat(Validity{100, 200})}, [] {
    Context context = good_context();
    context.host = "evil.test";
    return context;
  }());
  EXPECT_EQ(status_of(verdict), 401);
  EXPECT_EQ(std::get<Refusal>(verdict).caveat, 1U);
}

TEST(Verify, NamesTheCaveatThatRefuses) {
  Context context = good_context();
  context.method = "POST";
  const auto verdict = judge(vector_caveats, context);
  EXPECT_EQ(status_of(verdict), 403);
  EXPECT_EQ(std::get<Refusal>(verdict).caveat, 2U);
  EXPECT_EQ(reason_of(verdict), "the token permits GET, not POST");
}

TEST(Verify, ComparesHostsToTheByte) {
  EXPECT_FALSE(permits(judge({Caveat(Hosts{{"API.stripe.com"}})})));
  EXPECT_FALSE(permits(judge({Caveat(Hosts{{"*.stripe.com", "stripe.com"}})})));
  EXPECT_TRUE(permits(judge({Caveat(Hosts{{"x.test", "api.stripe.com"}})})));
}

TEST(Verify, ComparesMethodsWithoutRegardToCase) {
  EXPECT_TRUE(permits(judge({Caveat(Methods{{"post", "get"}})})));
}

TEST(Verify, PermitsOnePathOfSeveral) {
  EXPECT_TRUE(permits(judge({Caveat(Paths{{"/other", "/v1/**"}})})));
  EXPECT_EQ(status_of(judge({Caveat(Paths{{"/other", "/v2/**"}})})), 403);
}

TEST(Verify, RefusesAPathThatServersReadAsOneThatIsNotPermitted) {
  Context context = good_context();
  for (const auto* path : {"/v1/customers/c%2Fcharges", "/v1/customers//", "//v1/customers/c"}) {
    context.path = path;
    EXPECT_EQ(status_of(judge({customers}, context)), 403) << path;
  }
}

TEST(Verify, IntersectsSeveralCaveatsOfAKind) {
  EXPECT_EQ(status_of(judge({stripe, Caveat(Hosts{{"x.test"}})})), 403);
  EXPECT_TRUE(permits(judge({stripe, Caveat(Hosts{{"x.test", "api.stripe.com"}})})));
}

TEST(Verify, PermitsNothingByAnEmptyList) {
  for (const Restriction& empty :
       std::vector<Restriction>{Hosts{}, Methods{}, Paths{}, Ports{}, Sandboxes{}, Clients{}})
    EXPECT_EQ(status_of(judge({Caveat(empty)})), 403) << name_of(empty);
}

TEST(Verify, RefusesAKindOfCaveatThatItDoesNotKnow) {
  EXPECT_EQ(status_of(judge({Caveat::decode(13, "\x90").value()})), 403);
}

TEST(Verify, RefusesACaveatOfDischargesOnAToken) {
  EXPECT_EQ(status_of(judge({Caveat(BoundToParent{"x"})})), 403);
}

TEST(Verify, RefusesOwnCaveatsAboutWhatIsNotKnown) {
  for (const Restriction& restriction : std::vector<Restriction>{
           Ports{{443}}, Sandboxes{{"s"}}, Clients{{"c"}}, RequestLimit{9}, UploadLimit{9},
           SingleUse{}})
    EXPECT_EQ(status_of(judge({Caveat(restriction)})), 403) << name_of(restriction);
}

TEST(Verify, HoldsPortsSandboxesAndClients) {
  Context context = good_context();
  context.port = 443;
  context.sandbox = "s";
  context.client = "c";
  for (const Restriction& restriction :
       std::vector<Restriction>{Ports{{80, 443}}, Sandboxes{{"r", "s"}}, Clients{{"c"}}})
    EXPECT_TRUE(permits(judge({Caveat(restriction)}, context))) << name_of(restriction);
  for (const Restriction& restriction :
       std::vector<Restriction>{Ports{{80}}, Sandboxes{{"r"}}, Clients{{"C"}}})
    EXPECT_EQ(status_of(judge({Caveat(restriction)}, context)), 403) << name_of(restriction);
}

TEST(Verify, CountsRequestsAndBytes) {
  const auto status = [](Restriction restriction, Usage usage) {
    Context context = good_context();
    context.usage = usage;
    return status_of(judge({Caveat(std::move(restriction))}, context));
  };
  EXPECT_EQ(status(RequestLimit{2}, {.requests = 1}), 200);
  EXPECT_EQ(status(RequestLimit{2}, {.requests = 2}), 403);
  EXPECT_EQ(status(RequestLimit{0}, {.requests = 0}), 403);
  EXPECT_EQ(status(UploadLimit{10}, {.bytes_up = 10}), 200);
  EXPECT_EQ(status(UploadLimit{10}, {.bytes_up = 11}), 403);
  EXPECT_EQ(status(SingleUse{}, {.requests = 0}), 200);
  EXPECT_EQ(status(SingleUse{}, {.requests = 1}), 403);
}

/// Whether the token permits the usual request at `now`, when `approved` was approved until 2e9.
bool is_permitted(const Token& token, const Token& approved, std::int64_t now = 1800000000) {
  const Approval approval{
      .digest = digest_of(approved.tail), .until = base::WallTime(seconds(2000000000))};
  Context context = at(base::WallTime(seconds(now)));
  context.approvals = {&approval, 1};
  return permits(judge({token}, context));
}

TEST(Verify, AsksAPerson) {
  const Token token = mint_with({stripe, Caveat(AskPerson{})});
  const auto verdict = judge({token});
  EXPECT_EQ(status_of(verdict), 403);
  EXPECT_NE(reason_of(verdict).find("lazaret token approve"), std::string::npos);
  EXPECT_TRUE(is_permitted(token, token));
  EXPECT_TRUE(is_permitted(token, token, 2000000000));
  EXPECT_FALSE(is_permitted(token, token, 2000000001));
}

TEST(Verify, TakesApprovalForWhatIsMadeOfATokenAndNotForWhatItWasMadeOf) {
  const Token wide = mint_with({stripe, Caveat(AskPerson{})});
  const Token shown = attenuate(wide, {get_only}).value();
  const Token narrower = attenuate(shown, {customers}).value();
  const Token sibling = attenuate(wide, {customers}).value();
  EXPECT_TRUE(is_permitted(shown, shown));
  EXPECT_TRUE(is_permitted(narrower, shown));
  EXPECT_FALSE(is_permitted(wide, shown));
  EXPECT_FALSE(is_permitted(sibling, shown));
}

TEST(Verify, TakesNoApprovalThatIsOlderThanTheCaveatThatAsks) {
  const Token token = mint_with({stripe, Caveat(AskPerson{})});
  const Token asks_again = attenuate(token, {Caveat(AskPerson{})}).value();
  EXPECT_EQ(asks_again.caveats.size(), 3U);
  EXPECT_FALSE(is_permitted(asks_again, token));
  EXPECT_TRUE(is_permitted(asks_again, asks_again));
  EXPECT_FALSE(is_permitted(asks_again, mint_with({stripe})));
}

TEST(Verify, StillHoldsTheOtherCaveatsOfAnApprovedToken) {
  const Token token = mint_with({Caveat(Hosts{{"other.test"}}), Caveat(AskPerson{})});
  EXPECT_FALSE(is_permitted(token, token));
}

TEST(Verify, TellsTheSmallestAllowanceAndThePurpose) {
  Context context = good_context();
  context.usage = Usage{};
  const auto verdict = judge(
      {Caveat(RequestLimit{5}), Caveat(RequestLimit{3}), Caveat(UploadLimit{100}),
       Caveat(Purpose{"deploy"}), Caveat(Purpose{"of today"})},
      context);
  ASSERT_TRUE(permits(verdict)) << reason_of(verdict);
  const auto& permit = std::get<Permit>(verdict);
  EXPECT_EQ(permit.allowance, (Allowance{.requests = 3, .bytes_up = 100}));
  EXPECT_EQ(permit.purpose, "deploy; of today");
}

/// Until when the token's permit has its usage kept, if it tells.
std::optional<base::WallTime> kept_until(const std::vector<Caveat>& caveats) {
  Key key = Key::generate("0123456789abcdef0123456789abcdef", today);
  const Token token =
      mint(key, random_for(key, {'f', 'r', 'e', 's', 'h'}, caveats), caveats).value();
  KeyRing ring;
  ring.add(std::move(key)).value();
  Context context = good_context();
  context.usage = Usage{};
  const auto verdict = verify({token}, ring, context);
  EXPECT_TRUE(permits(verdict)) << reason_of(verdict);
  return std::get<Permit>(verdict).allowance.until;
}

TEST(Verify, TellsUntilWhenWhatIsCountedMatters) {
  EXPECT_EQ(kept_until({window, Caveat(RequestLimit{5})}), base::WallTime(seconds(4102444800 + 1)));
  EXPECT_EQ(kept_until({Caveat(RequestLimit{5}), window}), std::nullopt);
  EXPECT_EQ(kept_until({window}), std::nullopt) << "nothing is counted";
}

TEST(WindowOfAToken, IsWhereItsWindowsOverlap) {
  const Token token = mint_with({Caveat(Validity{1, 20}), stripe, Caveat(Validity{5, 30})});
  EXPECT_EQ(window_of(token), (Validity{5, 20}));
}

TEST(Verify, TellsOfASignatureWithoutARequest) {
  const KeyRing ring = vector_ring();
  Token token = mint_with({stripe});
  EXPECT_EQ(check_signature(token, ring), Signature::good);
  EXPECT_EQ(check_signature(token, KeyRing()), Signature::unknown_key);
  token.caveats.clear();
  EXPECT_EQ(check_signature(token, ring), Signature::bad);
}

}  // namespace
}  // namespace tokens
