// SPDX-License-Identifier: Apache-2.0
#include "tokens/token.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/text.h"
#include "tokens/chain.h"
#include "tokens/limits.h"
#include "tokens/msgpack.h"
#include "tokens/test_support.h"

namespace tokens {
namespace {

using namespace std::string_literals;

std::string bytes_of(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    out += static_cast<char>(base::hex_value(hex[i]) * 16 + base::hex_value(hex[i + 1]));
  return out;
}

/// The parts of the first vector, each of which a test can exchange.
struct Parts {
  std::string head = "94";
  std::string nonce = "93c4077072696d617279c410000102030405060708090a0b0c0d0e0fc2";
  std::string location = "ab6167656e742d6372656473";
  std::string caveats = "90";
  std::string tail = "c420" + std::string(64, '0');

  base::Result<Token> decoded() const {
    return decode(bytes_of(head + nonce + location + caveats + tail));
  }
};

TEST(Token, ReadsTheConformanceVectors) {
  for (std::size_t i = 0; i < std::size(vectors); ++i) {
    const auto token = parse(vectors[i]);
    ASSERT_TRUE(token) << token.error().message;
    EXPECT_EQ(token->nonce.key_id, "primary");
    EXPECT_EQ(token->id(), "000102030405060708090a0b0c0d0e0f");
    EXPECT_EQ(token->location, "agent-creds");
    EXPECT_EQ(
        token->caveats,
        std::vector<Caveat>(vector_caveats.begin(), vector_caveats.begin() + static_cast<long>(i)));
  }
}

TEST(Token, MintsTheConformanceVectors) {
  for (std::size_t i = 0; i < std::size(vectors); ++i) {
    const std::vector<Caveat> caveats(
        vector_caveats.begin(), vector_caveats.begin() + static_cast<long>(i));
    EXPECT_EQ(to_text(mint_with(caveats)), vectors[i]);
  }
}

TEST(Token, AttenuatesOneConformanceVectorToTheNext) {
  for (std::size_t i = 0; i + 1 < std::size(vectors); ++i) {
    const auto next = attenuate(parse(vectors[i]).value(), {vector_caveats[i]});
    EXPECT_EQ(to_text(next.value()), vectors[i + 1]);
  }
}

TEST(Token, BeginsTheChainWithTheNonce) {
  const Nonce nonce{.key_id = "primary", .random = vector_random()};
  EXPECT_EQ(
      base::to_hex(encode(nonce)), "93c4077072696d617279c410000102030405060708090a0b0c0d0e0fc2");
  const Tail tail = Chain(vector_key().secret.reveal(), nonce).tail();
  EXPECT_EQ(
      base::to_hex({tail.data(), tail.size()}),
      "93a019341d1986a12fdad6488c60454edd3266e93a59387bb885300ce80d8a05");
}

TEST(Token, RefusesTheHostileVectorThatClaimsFourBillionCaveats) {
  EXPECT_FALSE(parse("acm_lJPEB3ByaW1hcnnEEAABAgMEBQYHCAkKCwwNDg_Cq2FnZW50LWNyZWRz3f____4"));
}

TEST(Token, IsReadFromItsParts) { EXPECT_TRUE(Parts().decoded()); }

TEST(Token, HasOneSpelling) {
  const Parts good;
  const std::pair<std::string_view, Parts> others[] = {
      {"a longer head", {.head = "dc0004"}},
      {"three parts", {.head = "93"}},
      {"five parts", {.head = "95", .tail = good.tail + "00"}},
      {"a map", {.head = "84"}},
      {"a nonce of two parts",
       {.nonce = "92c4077072696d617279c410000102030405060708090a0b0c0d0e0f"}},
      {"a nonce of four parts", {.nonce = "94" + good.nonce.substr(2) + "c2"}},
      {"a key id as a string", {.nonce = "93a7" + good.nonce.substr(6)}},
      {"a key id in a longer form", {.nonce = "93c50007" + good.nonce.substr(6)}},
      {"15 random bytes", {.nonce = "93c4077072696d617279c40f000102030405060708090a0b0c0d0ec2"}},
      {"a nonce that ends with a number",
       {.nonce = "93c4077072696d617279c410000102030405060708090a0b0c0d0e0f00"}},
      {"a location as a binary", {.location = "c40b6167656e742d6372656473"}},
      {"a location in a longer form", {.location = "d90b6167656e742d6372656473"}},
      {"no location", {.location = "c0"}},
      {"nil for no caveats", {.caveats = "c0"}},
      {"an odd number of caveats", {.caveats = "9104"}},
      {"caveats in a longer form", {.caveats = "dc0000"}},
      {"a kind in a longer form", {.caveats = "92cc04920000"}},
      {"a negative kind", {.caveats = "92ff90"}},
      {"a time in a longer form", {.caveats = "920492cd000100"}},
      {"a floating time", {.caveats = "920492cb000000000000000000"}},
      {"a window of three times", {.caveats = "920493000000"}},
      {"a tail of 31 bytes", {.tail = "c41f" + std::string(62, '0')}},
      {"a tail as a string", {.tail = "d920" + std::string(64, '0')}},
      {"bytes behind it", {.tail = good.tail + "00"}},
      {"no tail", {.tail = ""}},
  };
  for (const auto& [what, parts] : others)
    EXPECT_FALSE(parts.decoded()) << what;
}

TEST(Token, IsRefusedWhereverItIsCut) {
  const std::string text(vectors[4]);
  for (std::size_t size = 0; size < text.size(); ++size)
    EXPECT_FALSE(parse(text.substr(0, size))) << size;
}

TEST(Token, RefusesOtherSpellingsOfItsText) {
  const std::string good(vectors[0]);
  std::string standard(vectors[1]);
  standard.replace(standard.find("_-3j_2z"), 7, "/+3j/2z");
  for (const auto& text :
       {good + "=", good + "\n", good + " ", " " + good, good.substr(4), "sk_" + good.substr(4),
        "ACM_" + good.substr(4), good.substr(0, 40) + "\r\n" + good.substr(40),
        good.substr(0, good.size() - 1) + "V", good + "AAAA", standard, "acm_"s, ""s}) {
    EXPECT_FALSE(parse(text)) << text;
  }
}

TEST(Token, KeepsCaveatsThatItDoesNotKnow) {
  // [2^48 + 999, ["x", -1, nil, true]]
  const Parts parts{.caveats = "92cf00010000000003e794a178ffc0c3"};
  const auto token = parts.decoded();
  ASSERT_TRUE(token);
  EXPECT_NE(token->caveats.at(0).as<UnknownKind>(), nullptr);
  EXPECT_EQ(token->caveats.at(0).kind(), (1ULL << 48U) + 999);
  EXPECT_EQ(
      encode(*token),
      bytes_of(parts.head + parts.nonce + parts.location + parts.caveats + parts.tail));
}

TEST(Token, ReadsANilListAsAnEmptyOneAndKeepsItsSpelling) {
  const Parts parts{.caveats = "92cf000000010000000191c0"};
  const auto token = parts.decoded();
  ASSERT_TRUE(token);
  EXPECT_TRUE(token->caveats.at(0).as<Hosts>()->names.empty());
  EXPECT_EQ(
      encode(*token),
      bytes_of(parts.head + parts.nonce + parts.location + parts.caveats + parts.tail));
}

TEST(Token, RefusesMoreThan64Caveats) {
  std::string pairs;
  for (std::size_t i = 0; i < most_caveats; ++i)
    pairs += "cd270f90";
  EXPECT_TRUE((Parts{.caveats = "dc0080" + pairs}.decoded()));
  EXPECT_FALSE((Parts{.caveats = "dc0082" + pairs + "cd270f90"}.decoded()));
}

TEST(Token, RefusesListsOfMoreThan256Entries) {
  const auto with_hosts = [](std::size_t count) {
    std::string body;
    msgpack::append_array(body, 1);
    msgpack::append_array(body, count);
    for (std::size_t i = 0; i < count; ++i)
      msgpack::append_string(body, "x");
    return Parts{.caveats = "92cf0000000100000001" + base::to_hex(body)}.decoded();
  };
  EXPECT_TRUE(with_hosts(256));
  EXPECT_FALSE(with_hosts(257));
}

TEST(Token, RefusesDeepNesting) {
  const auto nested = [](int depth) {
    std::string body;
    for (int i = 0; i < depth; ++i)
      body += "91";
    return Parts{.caveats = "92cd270f" + body + "00"}.decoded();
  };
  EXPECT_TRUE(nested(8));
  EXPECT_FALSE(nested(9));
}

TEST(Token, RefusesATextOfMoreThan8KiB) {
  EXPECT_FALSE(parse("acm_" + std::string(longest_token, 'A')));
}

TEST(Token, IsPresentedWithItsDischarges) {
  const std::string token(vectors[0]);
  const std::string other(vectors[1]);
  const auto presented = parse_presented(token + " , ," + other + ", " + other + ",");
  ASSERT_TRUE(presented);
  EXPECT_EQ(to_text(presented->token), token);
  EXPECT_EQ(presented->discharges.size(), 2U);
}

TEST(Token, IsPresentedAsTheValueOfAnAuthorizationHeader) {
  const std::string token(vectors[0]);
  for (const auto& text :
       {token, " " + token, "Bearer " + token, "Bearer  " + token, "bearer " + token, token + "\n"})
    EXPECT_TRUE(parse_presented(text)) << text;
  for (const auto& text : {"Basic " + token, ""s, " , "s, "Bearer "s, "Bearer" + token})
    EXPECT_FALSE(parse_presented(text)) << text;
}

TEST(Token, IsPresentedWithAtMost8Discharges) {
  std::string text(vectors[0]);
  for (int i = 0; i < 8; ++i)
    text.append(",").append(vectors[0]);
  EXPECT_TRUE(parse_presented(text));
  EXPECT_FALSE(parse_presented(text + "," + std::string(vectors[0])));
}

}  // namespace
}  // namespace tokens
