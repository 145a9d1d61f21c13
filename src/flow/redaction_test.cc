// SPDX-License-Identifier: Apache-2.0
#include "flow/redaction.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "content/grpc.h"
#include "flow/filter_chain.h"
#include "flow/test_support.h"

namespace flow {
namespace {

using content::Syntax;

constexpr std::string_view token = "a-secret-of-some-length";

std::shared_ptr<const redact::Scanner> replacing() {
  return test::scanner_for(token, redact::Action::redact);
}

/// What goes on of a body; "!" and the reason when it is refused.
std::string redacted(
    const content::Format& format,
    std::string_view body,
    RedactionPlan plan = {.longest = 1000},
    std::string_view message_coding = "") {
  BodyFilters filters;
  filters.before_log.push_back(
      make_redaction(replacing(), plan, format, message_coding, std::make_shared<Notes>()));
  FilterChain chain(std::move(filters));
  if (!chain.feed(body, true)) return "!" + chain.refusal()->reason;
  return std::string(chain.sent());
}

/// 1: {2: text}
std::string nested(std::string_view text) {
  const std::string inner =
      "\x12" + std::string(1, static_cast<char>(text.size())) + std::string(text);
  return "\x0a" + std::string(1, static_cast<char>(inner.size())) + inner;
}

TEST(Redaction, MendsTheLengthsInAProtobufMessage) {
  const std::string before = nested("<a-secret-of-some-length>");
  const std::string after = nested("<[REDACTED:key]>");
  EXPECT_EQ(redacted({.syntax = Syntax::protobuf}, before), after);
  const auto frame = [](std::string_view message) {
    return std::string(4, '\0') + '\0' + std::string(message);
  };
  std::string framed = frame(before);
  framed[4] = static_cast<char>(before.size());
  std::string expected = frame(after);
  expected[4] = static_cast<char>(after.size());
  EXPECT_EQ(redacted({.syntax = Syntax::grpc, .message = Syntax::protobuf}, framed), expected);
}

TEST(Redaction, RefusesWhatItCannotReplaceInAProtobufMessage) {
  EXPECT_TRUE(redacted({.syntax = Syntax::protobuf}, token).starts_with("!a protobuf message"));
}

std::string framed(std::string_view bytes, unsigned flags = 0) {
  std::string out;
  content::grpc::append_message(out, static_cast<std::uint8_t>(flags), bytes);
  return out;
}

TEST(Redaction, LetsNoMessageOfGrpcGoOnCompressed) {
  const std::string text(300, 'x');
  for (const auto coding : {content::Coding::gzip, content::Coding::zstd}) {
    std::string packed;
    content::grpc::compress(text, coding, packed);
    EXPECT_EQ(
        redacted(
            content::format_of("application/grpc"), framed(packed, 1), {},
            content::name_of(coding)),
        framed(text));
  }
}

TEST(Redaction, ChangesAGrpcBodyWhenAMessageWasCompressed) {
  std::string packed;
  content::grpc::compress("text", content::Coding::gzip, packed);
  for (const unsigned flags : {0U, 1U}) {
    BodyFilters filters;
    filters.before_log.push_back(make_redaction(
        replacing(), {}, content::format_of("application/grpc"), "gzip",
        std::make_shared<Notes>()));
    FilterChain chain(std::move(filters));
    ASSERT_TRUE(chain.feed(framed(packed, flags), true));
    EXPECT_EQ(chain.has_changed(), flags == 1U);
  }
}

TEST(Redaction, KeepsTheLengthOfAGrpcBodyThatToldIt) {
  const auto format = content::format_of("application/grpc+json");
  const RedactionPlan fixed{.longest = 1, .is_fixed = true};
  EXPECT_EQ(redacted(format, framed("innocent"), fixed), framed("innocent"));
  EXPECT_TRUE(redacted(format, framed(token), fixed).contains("told its length"));
}

TEST(Redaction, LooksIntoTheTrailersOfGrpcWebAsText) {
  const auto format = content::format_of("application/grpc-web");
  std::string packed;
  content::grpc::compress("x-note: <a-secret-of-some-length>\r\n", content::Coding::gzip, packed);
  for (const auto& body :
       {framed("x-note: <a-secret-of-some-length>\r\n", 0x80), framed(packed, 0x81)}) {
    EXPECT_EQ(
        redacted(format, body, {.longest = 1000}, "gzip"),
        framed("x-note: <[REDACTED:key]>\r\n", 0x80));
  }
}

TEST(Redaction, LooksIntoMessagesInBase64) {
  const auto format = content::format_of("application/grpc-web-text+proto");
  const auto one = base::to_base64(framed(nested("<a-secret-of-some-length>")));
  const auto two = base::to_base64(framed("\x0a\x01x"));
  EXPECT_EQ(
      redacted(format, two + one),
      base::to_base64(framed("\x0a\x01x") + framed(nested("<[REDACTED:key]>"))));
}

TEST(Redaction, LetsEachMessageInBase64GoOnWhenItIsWhole) {
  BodyFilters filters;
  filters.before_log.push_back(make_redaction(
      replacing(), {.longest = 1000}, content::format_of("application/grpc-web-text"), "",
      std::make_shared<Notes>()));
  FilterChain chain(std::move(filters));
  for (const auto* text : {"a", "bc", "def"}) {
    const auto segment = base::to_base64(framed(text));
    ASSERT_TRUE(chain.feed(segment.substr(0, 6), false));
    EXPECT_EQ(chain.sent(), "");
    ASSERT_TRUE(chain.feed(segment.substr(6), false));
    EXPECT_EQ(chain.sent(), segment);
  }
  ASSERT_TRUE(chain.feed("", true));
  EXPECT_EQ(chain.sent(), "");
}

TEST(Redaction, RefusesWhatIsNoBase64OrNoMessages) {
  const auto format = content::format_of("application/grpc-web-text");
  for (const auto* text : {"{}", "AAAAAAU", "AAAA=AAA", "AAAAAAU=", "AAAA\n"})
    EXPECT_TRUE(redacted(format, text).starts_with("!the gRPC body: ")) << text;
}

TEST(Redaction, RefusesBytesThatBase64WritesAsASecret) {
  constexpr std::string_view written = "aSecretOfSomeLength1";
  BodyFilters filters;
  filters.before_log.push_back(make_redaction(
      test::scanner_for(written, redact::Action::redact), {.longest = 1000},
      content::format_of("application/grpc-web-text"), "", std::make_shared<Notes>()));
  FilterChain chain(std::move(filters));
  const auto text = base::to_base64(framed("x" + *base::from_base64(written)));
  ASSERT_TRUE(text.contains(written));
  ASSERT_FALSE(chain.feed(text, true));
  EXPECT_TRUE(chain.refusal()->reason.contains("found in the base64 of the body"));
}

/// What goes on of JSON lines before the end is there.
std::string at_once(std::string_view body, std::size_t longest = 1000) {
  BodyFilters filters;
  filters.before_log.push_back(make_redaction(
      replacing(), {.longest = longest}, content::format_of("application/x-ndjson"), "",
      std::make_shared<Notes>()));
  FilterChain chain(std::move(filters));
  std::string out;
  for (const char c : body) {
    if (!chain.feed({&c, 1}, false)) return "!" + chain.refusal()->reason;
    out += chain.sent();
  }
  return out;
}

TEST(Redaction, LooksIntoJsonLinesOneByOne) {
  EXPECT_EQ(at_once("{\"a\":1}\n[2]\n\n{\"b\""), "{\"a\":1}\n[2]\n\n");
  EXPECT_EQ(at_once("{\"a\":\"a-secret-of-some-length\"}\r\n{}"), "{\"a\":\"[REDACTED:key]\"}\r\n");
}
TEST(Redaction, HoldsLinesThatAreNoDocuments) {
  EXPECT_EQ(at_once("{}\na-secret-of\n-some-length\n{}\n"), "{}\n");
}

}  // namespace
}  // namespace flow
