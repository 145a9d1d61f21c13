// SPDX-License-Identifier: Apache-2.0
#include "flow/scrub_filter.h"

#include <gtest/gtest.h>

#include "content/grpc.h"
#include "flow/filter_chain.h"

namespace flow {
namespace {

secrets::Scrubber scrubber() {
  const secrets::NamedSecret named{.name = "key", .value = "a-secret-of-some-length"};
  return secrets::Scrubber({&named, 1});
}

std::string message(std::string_view text, content::Coding* coding = nullptr) {
  std::string bytes(text);
  if (coding != nullptr) {
    bytes.clear();
    content::grpc::compress(text, *coding, bytes);
  }
  std::string out;
  content::grpc::append_message(out, coding != nullptr ? content::grpc::compressed : 0, bytes);
  return out;
}

/// What goes on of an answer; "!" and the reason when it is refused.
std::string scrubbed(const http::Fields& head, std::string_view body) {
  FilterChain chain(scrubbing(scrubber(), {}, head));
  if (!chain.feed(body, true)) return "!" + chain.refusal()->reason;
  return std::string(chain.sent());
}

TEST(Scrubbing, MendsTheLengthsOfMessagesOfGrpc) {
  const http::Fields head{{"Content-Type", "application/grpc"}};
  EXPECT_EQ(
      scrubbed(
          head, message("\x0a\x17"
                        "a-secret-of-some-length") +
                    message("other")),
      message("\x0a\x0e"
              "[REDACTED:key]") +
          message("other"));
}

TEST(Scrubbing, ReplacesASecretAlsoInWhatIsNoProtobuf) {
  const http::Fields head{{"Content-Type", "application/grpc"}};
  EXPECT_EQ(scrubbed(head, message("<a-secret-of-some-length>")), message("<[REDACTED:key]>"));
}

TEST(Scrubbing, LooksIntoCompressedMessages) {
  auto coding = content::Coding::gzip;
  const http::Fields head{{"Content-Type", "application/grpc+json"}, {"grpc-encoding", "gzip"}};
  EXPECT_EQ(scrubbed(head, message("a-secret-of-some-length", &coding)), message("[REDACTED:key]"));
}

TEST(Scrubbing, RefusesAMessageThatIsCompressedInAnUnknownWay) {
  auto coding = content::Coding::gzip;
  const http::Fields head{{"Content-Type", "application/grpc"}};
  EXPECT_TRUE(scrubbed(head, message("text", &coding)).starts_with("!secrets cannot be kept out"));
}

http::Fields trailers_behind(BodyFilters filters) {
  FilterChain chain(std::move(filters));
  EXPECT_TRUE(chain.feed("a-secret-of-some-length", true));
  http::Fields trailers{{"X-Echo", "a-secret-of-some-length"}, {"Repr-Digest", "sha-256=:x:"}};
  chain.rewrite_trailers(trailers);
  return trailers;
}

TEST(Scrubbing, TakesDigestsOutOfTrailers) {
  EXPECT_EQ(
      trailers_behind(scrubbing(scrubber(), {}, {})), (http::Fields{{"X-Echo", "[REDACTED:key]"}}));
}

TEST(ScrubbingTrailers, LeavesTheBodyAlone) {
  FilterChain chain(scrubbing_trailers(scrubber()));
  ASSERT_TRUE(chain.feed("a-secret-of-some-length", true));
  EXPECT_EQ(chain.sent(), "a-secret-of-some-length");
  EXPECT_EQ(
      trailers_behind(scrubbing_trailers(scrubber())),
      (http::Fields{{"X-Echo", "[REDACTED:key]"}, {"Repr-Digest", "sha-256=:x:"}}));
}

}  // namespace
}  // namespace flow
