// SPDX-License-Identifier: Apache-2.0
#include "base/encoding.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <set>

namespace base {
namespace {

using namespace std::string_view_literals;

std::string every_byte() {
  std::string bytes;
  for (int i = 0; i < 256; ++i)
    bytes += static_cast<char>(i);
  return bytes;
}

TEST(Hex, WritesLowercasePairs) {
  EXPECT_EQ(to_hex("\x00\x7F\xAb\xFF"sv), "007fabff");
  EXPECT_EQ(to_hex(""), "");
}

struct Pair {
  std::string_view bytes;
  std::string_view text;
};

constexpr Pair base64_examples[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
    {"\xFB\xFF\xFE"sv, "+//+"},
    {"\x00\x00\x00\x00"sv, "AAAAAA=="},
};

TEST(Base64, WritesTheStandardAlphabetWithPadding) {
  for (const auto& [bytes, text] : base64_examples)
    EXPECT_EQ(to_base64(bytes), text);
}

TEST(Base64, ReadsWhatItWrites) {
  for (const auto& [bytes, text] : base64_examples)
    EXPECT_EQ(from_base64(text), bytes);
  const std::string bytes = every_byte();
  for (std::size_t size = 0; size <= bytes.size(); ++size)
    EXPECT_EQ(from_base64(to_base64(bytes.substr(size))), bytes.substr(size));
}

TEST(Base64, WritesAllBytesAtAnyLengthAsOpenSslDoes) {
  const auto bytes = random_bytes(1000);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    std::string expected(size / 3 * 4 + 5, '\0');
    expected.resize(static_cast<std::size_t>(EVP_EncodeBlock(
        reinterpret_cast<unsigned char*>(expected.data()),
        reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(size))));
    std::string text = "before";
    append_base64(text, std::string_view(bytes).substr(0, size));
    ASSERT_EQ(text, "before" + expected) << size;
  }
}

TEST(Base64, RefusesWhatIsNotStrict) {
  for (const std::string_view text :
       {"Z"sv, "Zg"sv, "Zg="sv, "Zg==="sv, "Z==="sv, "===="sv, "="sv,  // padding
        "Zg==Zg=="sv, "Z=g="sv, "=Zg="sv,                              // in the wrong place
        "Zm9v\n"sv, "Zm 9v==="sv, " Zm9v"sv, "Zm9v    "sv,             // blanks
        "-__-"sv, "Zm9*"sv, "Zm9\0"sv, "Zm9\xFF"sv})                   // other alphabets
    EXPECT_EQ(from_base64(text), std::nullopt) << text;
}

TEST(Base64, RefusesBitsThatMeanNothing) {
  EXPECT_EQ(from_base64("Zh=="), std::nullopt);
  EXPECT_EQ(from_base64("Zm9="), std::nullopt);
}

TEST(Sha256, GivesTheKnownDigests) {
  EXPECT_EQ(to_hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(
      to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Encoding, AuthenticatesLikeRfc4231) {
  EXPECT_EQ(
      to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(RandomBytes, GivesAsManyAsAskedAndNeverTheSame) {
  EXPECT_EQ(random_bytes(0), "");
  EXPECT_EQ(random_bytes(33).size(), 33U);
  EXPECT_NE(random_bytes(16), random_bytes(16));
}

TEST(Uuid, IsOfVersion7) {
  const std::string uuid = uuid_v7();
  ASSERT_EQ(uuid.size(), 36U);
  for (const std::size_t dash : {8U, 13U, 18U, 23U})
    EXPECT_EQ(uuid[dash], '-');
  EXPECT_EQ(uuid[14], '7');
  EXPECT_NE("89ab"sv.find(uuid[19]), std::string_view::npos);
}

TEST(Uuid, SortsByTime) {
  const auto time_of = [](const std::string& uuid) { return uuid.substr(0, 13); };
  const std::string earlier = uuid_v7();
  EXPECT_LE(time_of(earlier), time_of(uuid_v7()));
}

TEST(Uuid, IsNeverTheSame) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i)
    EXPECT_TRUE(seen.insert(uuid_v7()).second);
}

}  // namespace
}  // namespace base
