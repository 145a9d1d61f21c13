// SPDX-License-Identifier: Apache-2.0
#include "tokens/key_ring.h"

#include <gtest/gtest.h>

#include "tokens/test_support.h"

namespace tokens {
namespace {

using std::chrono::seconds;

const std::string secret(32, 's');
const std::string other_secret(40, 't');

KeyRing ring_of_two() {
  KeyRing ring;
  EXPECT_TRUE(ring.add(Key::generate(secret, today)));
  EXPECT_TRUE(ring.add(vector_key()));
  return ring;
}

std::string ring_text(const KeyRing& ring) { return std::string(ring.to_text().reveal()); }

TEST(KeyRing, MintsWithTheNewestKeyAndKnowsAll) {
  const KeyRing ring = ring_of_two();
  EXPECT_EQ(ring.newest()->id, "primary");
  EXPECT_NE(ring.find(ring.keys().front().id), nullptr);
  EXPECT_EQ(ring.find("nobody"), nullptr);
}

TEST(KeyRing, RefusesAKeyThatIsThereTooShortOrOddlyNamed) {
  KeyRing ring = ring_of_two();
  EXPECT_FALSE(ring.add(vector_key()));
  EXPECT_FALSE(ring.add({.id = "short", .secret = base::Secret("x"), .created = today}));
  for (const auto* id : {"", "a b", "a\nb", "\xc3\xa4"})
    EXPECT_FALSE(ring.add({.id = id, .secret = base::Secret(secret), .created = today})) << id;
}

TEST(KeyRing, ForgetsAKey) {
  KeyRing ring = ring_of_two();
  EXPECT_TRUE(ring.remove("primary"));
  EXPECT_FALSE(ring.remove("primary"));
  EXPECT_EQ(ring.find("primary"), nullptr);
}

TEST(KeyRing, IsReadAsItWasWritten) {
  KeyRing ring = ring_of_two();
  ring.revoke(std::string(32, 'a'), {.since = today});
  ring.revoke(std::string(32, 'b'), {.since = today, .until = today + seconds(5)});
  const auto again = KeyRing::parse(ring_text(ring));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(ring_text(*again), ring_text(ring));
  EXPECT_EQ(again->find("primary")->secret.reveal(), vector_key().secret.reveal());
  EXPECT_EQ(again->find("primary")->origin, Key::Origin::imported);
  EXPECT_TRUE(again->is_revoked(std::string(32, 'a')));
}

TEST(KeyRing, IsRefusedWhenItIsDamaged) {
  const std::string good = ring_text(ring_of_two());
  const std::string head = "lazaret token keys 1\n";
  for (const auto& text :
       {std::string(), good.substr(1), good.substr(0, good.size() - 1), good + "x\n", good + good,
        head + "key k 2026-01-01T00:00:00Z made " + std::string(44, 'A') + "\n",
        head + "key k 2026-01-01T00:00:00Z generated AAAA\n",
        head + "key k yesterday generated " + std::string(43, 'A') + "=\n",
        head + "revoked 00 2026-01-01T00:00:00Z never\n",
        head + "revoked " + std::string(32, 'A') + " 2026-01-01T00:00:00Z never\n",
        head + "revoked " + std::string(32, 'a') + " 2026-01-01T00:00:00Z\n"}) {
    EXPECT_FALSE(KeyRing::parse(text)) << text;
  }
}

TEST(KeyRing, ForgetsRevocationsOfTokensThatHaveEnded) {
  KeyRing ring;
  ring.revoke("ended", {.since = today, .until = today});
  ring.revoke("lasting", {.since = today});
  ring.prune(today + seconds(1));
  EXPECT_FALSE(ring.is_revoked("ended"));
  EXPECT_TRUE(ring.is_revoked("lasting"));
}

TEST(KeyRing, RevokesForTheLongerTime) {
  KeyRing ring;
  ring.revoke("x", {.since = today, .until = today + seconds(9)});
  ring.revoke("x", {.since = today, .until = today});
  EXPECT_EQ(ring.revocations().at("x").until, today + seconds(9));
  ring.revoke("x", {.since = today});
  EXPECT_EQ(ring.revocations().at("x").until, std::nullopt);
}

constexpr std::array<char, 8> fresh{'f', 'r', 'e', 's', 'h'};

Token mint_by(const Key& key, const std::vector<Caveat>& caveats) {
  return mint(key, random_for(key, fresh, caveats), caveats).value();
}

TEST(EndOfMinting, IsTheEndOfTheCaveatThatTheTokenWasMintedWith) {
  const Key key = Key::generate(secret, today);
  const Token token = mint_by(key, {Caveat(Validity{0, 99})});
  const Token narrower = attenuate(token, {Caveat(Validity{0, 5})}).value();
  EXPECT_EQ(end_of_minting(narrower, key), base::WallTime(seconds(100)));
}

TEST(EndOfMinting, IsUnknownWhereTokensWithoutEndMayHaveBeenMinted) {
  const Key key = Key::generate(secret, today);
  EXPECT_EQ(end_of_minting(mint_by(key, {stripe}), key), std::nullopt);
  const Key imported = vector_key();
  EXPECT_EQ(end_of_minting(mint_by(imported, {window}), imported), std::nullopt);
}

TEST(EndOfMinting, IsNotWhatATokenWithoutEndWasNarrowedBy) {
  const Key key = Key::generate(secret, today);
  const std::vector<Caveat> second{Caveat(Validity{0, 5})};
  for (const Token& token : {mint_by(key, {}), mint(key, vector_random(), {}).value()})
    EXPECT_EQ(end_of_minting(attenuate(token, second).value(), key), std::nullopt);
  // Nor can it be told of a token that does not say what it was minted with.
  EXPECT_EQ(end_of_minting(mint(key, vector_random(), second).value(), key), std::nullopt);
}

TEST(EndOfMinting, IsVouchedForByTheKeyAndForOneCaveatOnly) {
  const Key key = Key::generate(secret, today);
  const Key other = Key::generate(other_secret, today);
  const std::vector<Caveat> caveats{Caveat(Validity{0, 99})};
  const std::vector<Caveat> others{Caveat(Validity{0, 98})};
  const auto random = random_for(key, fresh, caveats);
  EXPECT_EQ(end_of_minting(mint(key, random, others).value(), key), std::nullopt);
  EXPECT_NE(random_for(other, fresh, caveats), random);
}

}  // namespace
}  // namespace tokens
