// SPDX-License-Identifier: Apache-2.0
// The examples of the S3 documentation, and what is no such body.
#include "secrets/sigv4_chunks.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "secrets/sigv4.h"

namespace secrets::sigv4 {
namespace {

ChunkSigning from(std::string seed) {
  Scope scope{.day = "20130524", .region = "us-east-1", .service = "s3"};
  return {
      .signing_key = signing_key(base::Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), scope),
      .timestamp = "20130524T000000Z",
      .scope = scope,
      .seed = std::move(seed)};
}

const std::string dummy(64, '0');

std::string chunk(std::string_view data, std::string_view signature = dummy) {
  return fmt::format("{:x};chunk-signature={}\r\n{}", data.size(), signature, data) +
         (data.empty() ? "" : "\r\n");
}

std::string signed_in_pieces(ChunkSigning from, std::string_view body, std::size_t piece) {
  ChunkSigner signer(std::move(from));
  std::string out;
  for (std::size_t at = 0; at < body.size(); at += piece)
    signer.feed(body.substr(at, piece), false, out);
  signer.feed({}, true, out);
  return out;
}

constexpr auto* seed = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
const std::string first(65536, 'a');
const std::string second(1024, 'a');

std::string body_of(std::string_view one, std::string_view two, std::string_view end) {
  return chunk(first, one) + chunk(second, two) + chunk("", end) + "\r\n";
}

const std::string wanted = body_of(
    "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
    "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
    "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9");

TEST(Sigv4Chunks, SignsTheExampleOfS3HoweverItIsCut) {
  const std::string body = body_of(dummy, dummy, dummy);
  for (const std::size_t piece : {std::size_t{7}, std::size_t{1000}, body.size()})
    EXPECT_EQ(signed_in_pieces(from(seed), body, piece), wanted) << piece;
}

TEST(Sigv4Chunks, SignsTheExampleWithTrailers) {
  const auto trailers = [](std::string_view signature) {
    return fmt::format(
        "x-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-signature:{}\r\n\r\n", signature);
  };
  const std::string body = chunk(first) + chunk(second) + chunk("") + trailers(dummy);
  const std::string expected =
      chunk(first, "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2") +
      chunk(second, "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7") +
      chunk("", "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992") +
      trailers("d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435");
  for (const std::size_t piece : {std::size_t{11}, body.size()})
    EXPECT_EQ(
        signed_in_pieces(
            from("106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e"), body, piece),
        expected)
        << piece;
}

TEST(Sigv4Chunks, LeaveWhatIsNoChunkAsItIs) {
  const std::string large =
      fmt::format("{:x};chunk-signature={}\r\nx", ChunkSigner::largest_chunk + 1, dummy);
  const std::vector<std::string> bodies = {
      "",
      "hello",
      "5\r\nhello\r\n",
      std::string(300, 'a'),
      "5;chunk-signature=xyz\r\nhello\r\n",
      "-5;chunk-signature=" + dummy + "\r\nhello\r\n",
      "5;chunk-signature=" + dummy + "\r\nhelloXX",
      "5;chunk-signature=" + dummy + "\r\nhel",
      large};
  for (const auto& body : bodies)
    for (const std::size_t piece : {std::size_t{1}, std::size_t{1000}})
      EXPECT_EQ(signed_in_pieces(from(seed), body, piece), body) << body.substr(0, 100);
}

TEST(Sigv4Chunks, LetNothingUnsignedPassBeforeItsChunkIsWhole) {
  ChunkSigner signer(from(seed));
  std::string out;
  signer.feed(chunk(second).substr(0, 1000), false, out);
  EXPECT_EQ(out, "");
}

}  // namespace
}  // namespace secrets::sigv4
