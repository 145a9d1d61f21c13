// SPDX-License-Identifier: Apache-2.0
#include "tokens/discharge.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "tokens/test_support.h"

namespace tokens {
namespace {

const base::Secret& shared_key() {
  static const base::Secret key("an encryption key of 32 bytes !!");
  return key;
}

ThirdPartyEntropy entropy() {
  ThirdPartyEntropy entropy;
  entropy.secret.fill('r');
  entropy.ticket_nonce.fill('t');
  entropy.verifier_nonce.fill('v');
  return entropy;
}

/// A token that a person must agree to.
Token asking() {
  const Token token = mint_with({stripe});
  return attenuate(token, {third_party(token, "person", shared_key(), entropy())}).value();
}

const ThirdParty& party_of(const Token& token) { return *token.caveats.back().as<ThirdParty>(); }

Token agreed(const Token& token, const std::vector<Caveat>& caveats = {}) {
  return discharge(party_of(token), shared_key(), vector_random(), caveats).value();
}

TEST(Discharge, HidesTheSecretIn60Bytes) { EXPECT_EQ(party_of(asking()).verifier_key.size(), 60U); }

TEST(Discharge, IsSealedAndNamesTheTicket) {
  const Token token = asking();
  const Token answer = agreed(token);
  EXPECT_TRUE(answer.nonce.is_discharge);
  EXPECT_EQ(answer.nonce.key_id, party_of(token).ticket);
  EXPECT_EQ(answer.location, "person");
  EXPECT_EQ(parse(to_text(answer)).value(), answer);
}

TEST(Discharge, IsNeeded) {
  const auto verdict = judge({asking()});
  EXPECT_EQ(status_of(verdict), 403);
  EXPECT_EQ(reason_of(verdict), "person must agree, and no valid discharge came along");
  EXPECT_EQ(std::get<Refusal>(verdict).caveat, 1U);
}

TEST(Discharge, LetsTheTokenPass) {
  const Token token = asking();
  const auto verdict = judge({token, {agreed(token)}});
  EXPECT_TRUE(permits(verdict)) << reason_of(verdict);
}

TEST(Discharge, IsFoundAmongOthers) {
  const Token token = asking();
  Token forged = agreed(token);
  forged.tail[0] ^= 1;
  EXPECT_TRUE(permits(judge({token, {mint_with({}), forged, agreed(token)}})));
  EXPECT_EQ(status_of(judge({token, {mint_with({}), forged}})), 403);
}

TEST(Discharge, ServesThatTokenOnly) {
  const Token token = asking();
  const Token plain = mint_with({get_only});
  ThirdPartyEntropy other = entropy();
  other.secret.fill('q');
  const Token another =
      attenuate(plain, {third_party(plain, "person", shared_key(), other)}).value();
  EXPECT_EQ(status_of(judge({another, {agreed(token)}})), 403);
}

TEST(Discharge, HasCaveatsOfItsOwn) {
  const Token token = asking();
  EXPECT_TRUE(permits(judge({token, {agreed(token, {window})}})));
  EXPECT_EQ(status_of(judge({token, {agreed(token, {Caveat(Validity{1, 2})})}})), 401);
  EXPECT_EQ(status_of(judge({token, {agreed(token, {Caveat(Methods{{"PUT"}})})}})), 403);
}

TEST(Discharge, LosesNoCaveat) {
  const Token token = asking();
  Token answer = agreed(token, {Caveat(Validity{1, 2})});
  answer.caveats.clear();
  EXPECT_EQ(status_of(judge({token, {answer}})), 403);
}

TEST(Discharge, IsBoundToATail) {
  const Token token = asking();
  const std::string digest = base::sha256({token.tail.data(), token.tail.size()});
  EXPECT_TRUE(
      permits(judge({token, {agreed(token, {Caveat(BoundToParent{digest.substr(0, 16)})})}})));
  EXPECT_EQ(status_of(judge({token, {agreed(token, {Caveat(BoundToParent{"x"})})}})), 403);
  EXPECT_EQ(status_of(judge({token, {agreed(token, {Caveat(BoundToParent{""})})}})), 403);
}

TEST(Discharge, StaysGoodWhenTheTokenIsNarrowed) {
  const Token token = asking();
  const std::string digest = base::sha256({token.tail.data(), token.tail.size()});
  const Token answer = agreed(token, {Caveat(BoundToParent{digest.substr(0, 16)})});
  EXPECT_TRUE(permits(judge({attenuate(token, {get_only}).value(), {answer}})));
}

TEST(Discharge, DoesNotNest) {
  const Token token = asking();
  EXPECT_EQ(status_of(judge({token, {agreed(token, {token.caveats.back()})}})), 403);
}

TEST(Discharge, NeedsTheSharedKey) {
  const base::Secret other("another encryption key, 32 bytes");
  EXPECT_FALSE(discharge(party_of(asking()), other, vector_random(), {}));
}

TEST(Discharge, IsNoTokenAlone) { EXPECT_EQ(status_of(judge({agreed(asking())})), 401); }

TEST(Discharge, IsNotFoundForAMangledVerifierKey) {
  ThirdParty party = party_of(asking());
  party.verifier_key.resize(20);
  const Token token = mint_with({Caveat(party)});
  EXPECT_EQ(status_of(judge({token, {agreed(asking())}})), 403);
}

}  // namespace
}  // namespace tokens
