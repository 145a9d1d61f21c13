// SPDX-License-Identifier: Apache-2.0
#include "flow/body_digests.h"

#include <gtest/gtest.h>

namespace flow {
namespace {

// Of "hello".
constexpr std::string_view md5 = "XUFAKrxLKna5cZ2REBfFkg==";
constexpr std::string_view sha256 = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";

std::string mended(std::string name, std::string value) {
  http::Fields fields{{std::move(name), std::move(value)}};
  mend_digests(fields, "hello");
  return fields.empty() ? "gone" : fields.begin()->value;
}

TEST(BodyDigests, AreMadeAnewOfTheBodyThatIsSent) {
  EXPECT_EQ(mended("content-md5", "AAAA"), md5);
  EXPECT_EQ(mended("Digest", "SHA-256=AAAA"), "SHA-256=" + std::string(sha256));
  EXPECT_EQ(mended("Content-Digest", "sha-256=:AAAA:"), "sha-256=:" + std::string(sha256) + ":");
  EXPECT_EQ(mended("Repr-Digest", "sha-256=:AAAA:"), "sha-256=:" + std::string(sha256) + ":");
}

TEST(StaleFields, AreThoseThatSayWhatTheBodyWas) {
  const std::string hash(64, 'a');
  const http::Fields fields{
      {"Content-MD5", "A"},
      {"X-Goog-Hash", "A"},
      {"X-Amz-Content-Sha256", hash},
      {"Signature-Input", "A"},
      {"X-Other", "A"}};
  using Names = std::vector<std::string>;
  EXPECT_EQ(
      stale_fields(fields, {}),
      (Names{"content-md5", "x-goog-hash", "x-amz-content-sha256", "signature-input"}));
  EXPECT_EQ(
      stale_fields(fields, {.digests = true, .aws_signature = true}), Names{"signature-input"});
  EXPECT_EQ(stale_fields({{"X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"}}, {}), Names{});
}

TEST(BodyDigests, OfOtherAlgorithmsGo) {
  EXPECT_EQ(mended("Digest", "unixsum=30637, md5=AAAA , crc32c=x"), "md5=" + std::string(md5));
  EXPECT_EQ(mended("Content-Digest", "id-sha-256=:AAAA:"), "gone");
  EXPECT_EQ(mended("x-amz-checksum-crc32", "AAAA"), "gone");
  EXPECT_EQ(mended("x-amz-sdk-checksum-algorithm", "CRC32"), "gone");
  EXPECT_EQ(mended("x-goog-hash", "crc32c=AAAA"), "gone");
}

TEST(BodyDigests, AreNotAddedToAHeadWithoutThem) {
  EXPECT_EQ(mended("Content-Type", "text/plain"), "text/plain");
}

TEST(BodyDigests, AllGoFromTheHeadOfABodyThatMayChange) {
  http::Fields fields{{"Content-MD5", "a"},           {"Digest", "a"},
                      {"Content-Digest", "a"},        {"Repr-Digest", "a"},
                      {"X-Amz-Checksum-Sha256", "a"}, {"ETag", "a"}};
  remove_digests(fields);
  EXPECT_EQ(fields, (http::Fields{{"ETag", "a"}}));
}

}  // namespace
}  // namespace flow
