// SPDX-License-Identifier: Apache-2.0
#include "tokens/inspection.h"

#include <gtest/gtest.h>

#include "tokens/test_support.h"

namespace tokens {
namespace {

std::string text_of(const std::vector<Caveat>& caveats, const KeyRing& ring = vector_ring()) {
  return to_text(inspect({mint_with(caveats)}, ring, today));
}

TEST(Inspection, SaysWhatIsPermittedAndThatTheSignatureIsGood) {
  const auto text = text_of({stripe, Caveat(Validity{0, 1800000000 + 3 * 86400 + 3600})});
  EXPECT_TRUE(text.contains("only to api.stripe.com")) << text;
  EXPECT_TRUE(text.contains("it ends in 3 d 1 h")) << text;
  EXPECT_TRUE(text.contains("good, by the key primary")) << text;
  EXPECT_TRUE(text.contains("000102030405060708090a0b0c0d0e0f")) << text;
}

TEST(Inspection, NeedsNoKey) {
  EXPECT_TRUE(text_of({stripe}, KeyRing()).contains("not checked: there is no key primary here"));
}

TEST(Inspection, SaysThatASignatureIsNotGood) {
  Token token = mint_with({stripe});
  token.caveats.clear();
  EXPECT_TRUE(to_text(inspect({token}, vector_ring(), today)).contains("NOT good"));
}

TEST(Inspection, SaysWhetherTheTokenIsValidNow) {
  EXPECT_TRUE(text_of({}).contains("it has no end"));
  EXPECT_TRUE(text_of({Caveat(Validity{0, 9})})
                  .contains("it expired 1970-01-01T00:00:09Z and is never valid any more"));
  EXPECT_TRUE(text_of({Caveat(Validity{1800000001, 1900000000})}).contains("not valid before"));
}

TEST(Inspection, SaysThatATokenCanNeverBeValid) {
  constexpr std::string_view words =
      "it is never valid: it would begin at 1970-01-01T00:00:10Z, and end before that, at "
      "1970-01-01T00:00:09Z";
  EXPECT_TRUE(text_of({Caveat(Validity{0, 9}), Caveat(Validity{10, 20})}).contains(words));
  EXPECT_TRUE(text_of({Caveat(Validity{10, 9})}).contains(words));
}

TEST(Inspection, QuotesAKeyThatCouldBeReadAsSomethingElse) {
  Token token = mint_with({});
  token.nonce.key_id = "primary" + std::string(90, ' ') + "state valid";
  const auto text = to_text(inspect({token}, vector_ring(), today));
  EXPECT_TRUE(text.contains("there is no key \"primary state valid\" here")) << text;
}

TEST(Inspection, SaysThatATokenWasRevoked) {
  KeyRing ring = vector_ring();
  ring.revoke(mint_with({}).id(), {.since = today});
  EXPECT_TRUE(text_of({}, ring).contains("it was revoked"));
}

TEST(Inspection, IsAJsonObject) {
  EXPECT_EQ(
      to_json(inspect({mint_with(vector_caveats)}, vector_ring(), today)),
      R"({"id":"000102030405060708090a0b0c0d0e0f","key":"primary","signature":"good",)"
      R"("state":"valid","discharge":false,"location":"agent-creds","caveats":[)"
      R"({"kind":4,"name":"validity","value":{"not_before":1700000000,"not_after":4102444800},)"
      R"("words":"only from 2023-11-14T22:13:20Z until 2100-01-01T00:00:00Z"},)"
      R"({"kind":4294967297,"name":"hosts","value":["api.stripe.com"],)"
      R"("words":"only to api.stripe.com"},)"
      R"({"kind":4294967298,"name":"methods","value":["GET"],"words":"only with GET"},)"
      R"({"kind":4294967299,"name":"paths","value":["/v1/customers/*"],)"
      R"("words":"only to the path /v1/customers/*"}],"discharges":0})"
      "\n");
}

}  // namespace
}  // namespace tokens
