// SPDX-License-Identifier: Apache-2.0
#include "flow/redaction.h"

#include <gtest/gtest.h>

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
std::string redacted(const content::Format& format, std::string_view body) {
  BodyFilters filters;
  filters.before_log.push_back(
      make_redaction(replacing(), {.longest = 1000}, format, "", std::make_shared<Notes>()));
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
