// SPDX-License-Identifier: Apache-2.0
#include "secrets/jwt.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/text.h"
#include "secrets/key_test_support.h"

namespace secrets {
namespace {

using test::verify_jwt;

TEST(Jwt, IsSignedSoThatThePublicKeyVerifiesIt) {
  const auto key = RsaKey::parse(test::rsa_pem()).value();
  const auto token = signed_jwt(R"({"iss":"me"})", key, "key-1");
  const auto jwt = verify_jwt(token.reveal());
  EXPECT_EQ(jwt.header, R"({"alg":"RS256","typ":"JWT","kid":"key-1"})");
  EXPECT_EQ(jwt.claims, R"({"iss":"me"})");
  EXPECT_TRUE(jwt.is_valid);
}

TEST(Jwt, NeedNotNameItsKey) {
  const auto key = RsaKey::parse(test::rsa_pem()).value();
  EXPECT_EQ(verify_jwt(signed_jwt("{}", key).reveal()).header, R"({"alg":"RS256","typ":"JWT"})");
}

TEST(Jwt, ThatWasChangedIsNotValid) {
  const auto key = RsaKey::parse(test::rsa_pem()).value();
  std::string token(signed_jwt(R"({"iss":"me"})", key).reveal());
  token[token.find('.') + 2] ^= 1;
  EXPECT_FALSE(verify_jwt(token).is_valid);
}

TEST(RsaKey, IsReadFromTheOlderFormToo) {
  EXPECT_TRUE(RsaKey::parse(test::rsa_pem(test::Pem::pkcs1)));
}

TEST(RsaKey, IsNothingElse) {
  const auto problem = [](const base::Secret& pem) { return RsaKey::parse(pem).error().message; };
  EXPECT_EQ(problem(test::rsa_pem(test::Pem::encrypted)), "the private key is encrypted");
  EXPECT_EQ(problem(test::ec_pem()), "the private key is not of RSA");
  EXPECT_EQ(
      problem(test::rsa_pem(test::Pem::pkcs8, 1024)), "the private key has less than 2048 bits");
  EXPECT_TRUE(problem(base::Secret("")).starts_with("there is no private key in PEM"));
  EXPECT_TRUE(problem(base::Secret("-----BEGIN PRIVATE KEY-----\nAAAA\n")).starts_with("there is"));
}

TEST(Jwt, TellsWhenItEnds) {
  // {"alg":"none"} . {"exp":1800000000}
  EXPECT_EQ(
      expiry_of_jwt("eyJhbGciOiJub25lIn0.eyJleHAiOjE4MDAwMDAwMDB9.x"),
      base::WallTime(std::chrono::seconds(1'800'000'000)));
}

TEST(Jwt, ThatDoesNotTellSoHasNoEnd) {
  for (const auto* text :
       {"", "opaque", "a.b", "a.!.c", "a.e30.c", "a.eyJleHAiOiJzb29uIn0.c", "a.eyJleHAiOi0xfQ.c",
        "a.eyJleHAiOjk5OTk5OTk5OTk5OTk5OTl9.c"})
    EXPECT_EQ(expiry_of_jwt(text), std::nullopt) << text;
}

}  // namespace
}  // namespace secrets
