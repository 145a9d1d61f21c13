// SPDX-License-Identifier: Apache-2.0
#include "flow/scrub_filter.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "content/grpc.h"
#include "content/grpc_web_text.h"
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

std::string trailers_of_grpc_web(std::string_view text) {
  std::string out;
  content::grpc::append_message(out, 0x80, text);
  return out;
}

TEST(Scrubbing, LooksIntoTheTrailersOfGrpcWebAsText) {
  const http::Fields head{{"Content-Type", "application/grpc-web+proto"}};
  EXPECT_EQ(
      scrubbed(
          head, message("m") + trailers_of_grpc_web("grpc-message:a-secret-of-some-length\r\n")),
      message("m") + trailers_of_grpc_web("grpc-message:[REDACTED:key]\r\n"));
}

TEST(Scrubbing, LooksIntoMessagesInBase64HoweverTheyAreCut) {
  const http::Fields head{{"Content-Type", "application/grpc-web-text+proto"}};
  const auto text = base::to_base64(message("<a-secret-of-some-length>")) +
                    base::to_base64(trailers_of_grpc_web("x-echo:a-secret-of-some-length\r\n"));
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    FilterChain chain(scrubbing(scrubber(), {}, head));
    content::grpc::TextDecoder reader;
    std::string read;
    for (const bool last : {false, true}) {
      ASSERT_TRUE(chain.feed(last ? text.substr(cut) : text.substr(0, cut), last));
      ASSERT_TRUE(reader.feed(chain.sent(), last, read));
    }
    EXPECT_EQ(read, message("<[REDACTED:key]>") + trailers_of_grpc_web("x-echo:[REDACTED:key]\r\n"))
        << cut;
  }
}

TEST(Scrubbing, LetsEachMessageInBase64ComeWhenItIsWhole) {
  const http::Fields head{{"Content-Type", "application/grpc-web-text"}};
  FilterChain chain(scrubbing(scrubber(), {}, head));
  for (const auto* text : {"a", "bc", "def"}) {
    const auto segment = base::to_base64(message(text));
    ASSERT_TRUE(chain.feed(segment, false));
    EXPECT_EQ(chain.sent(), segment);
  }
}

TEST(Scrubbing, RefusesWhatIsNoBase64) {
  const http::Fields head{{"Content-Type", "application/grpc-web-text"}};
  for (const auto* text : {"<html>", "AAAAAAU", "AAAAAAU="})
    EXPECT_TRUE(scrubbed(head, text).starts_with("!secrets cannot be kept out")) << text;
}

TEST(Scrubbing, LetsNoMessageComeBackCompressed) {
  auto coding = content::Coding::gzip;
  const http::Fields head{{"Content-Type", "application/grpc"}, {"grpc-encoding", "gzip"}};
  EXPECT_EQ(scrubbed(head, message("innocent", &coding)), message("innocent"));
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
