// SPDX-License-Identifier: Apache-2.0
#include "redact/stream.h"

#include <gtest/gtest.h>

#include "redact/test_support.h"

namespace redact {
namespace {

using test::pattern_rule;
using test::scanner_of;
using test::secret_rule;

std::string streamed(Stream& stream, std::string_view text, std::size_t piece) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += piece)
    stream.feed(text.substr(at, piece), false, out);
  stream.feed("", true, out);
  return out;
}

std::string streamed(
    const std::shared_ptr<const Scanner>& scanner, std::string_view text, std::size_t piece) {
  Stream stream(scanner);
  return streamed(stream, text, piece);
}

TEST(Stream, FindsASecretHoweverItIsCut) {
  const auto scanner = scanner_of(secret_rule("t", "a-secret-of-some-length", Action::redact));
  const std::string text =
      "before a-secret-of-some-length a-secret-of between a-secret-of-some-length";
  for (std::size_t piece = 1; piece <= text.size(); ++piece)
    EXPECT_EQ(
        streamed(scanner, text, piece), "before [REDACTED:t] a-secret-of between [REDACTED:t]");
}

TEST(Stream, FindsAPatternHoweverItIsCut) {
  const auto scanner = scanner_of(
      pattern_rule("p", R"(\bkey-[a-z]{3,40}\b)", Action::redact),
      pattern_rule("q", "^begin[0-9]+|[0-9]+end$", Action::redact));
  std::string text = "begin12 ";
  std::string expected = "[REDACTED:q] ";
  for (int i = 0; i < 300; ++i) {
    text += "some text, key-abcdefgh and xkey-abcdef, begin12 12end\n";
    expected += "some text, [REDACTED:p] and xkey-abcdef, begin12 12end\n";
  }
  text += "12end";
  expected += "[REDACTED:q]";
  for (const std::size_t piece : {1UL, 7UL, 100UL, 4096UL, 100000UL})
    EXPECT_EQ(streamed(scanner, text, piece), expected) << piece;
}

TEST(Stream, PassesInnocentLinesAtOnceWhenThereAreOnlySecrets) {
  Stream stream(scanner_of(secret_rule("t", "a-secret-of-some-length", Action::redact)));
  std::string out;
  stream.feed("data: innocent\n\n", false, out);
  EXPECT_EQ(out, "data: innocent\n\n");
  stream.feed("data: a-secret-of", false, out);
  EXPECT_EQ(out, "data: innocent\n\ndata: ");
}

TEST(Stream, WhatPassesWhenSaysNothingOfASecret) {
  Stream stream(scanner_of(secret_rule("t", "a-secret-of-some-length", Action::redact)));
  Stream other(scanner_of(secret_rule("t", "another-that-is-as-long", Action::redact)));
  std::string out;
  std::string from_other;
  for (const char c : std::string_view("text,a-secret-of-some-lengt")) {
    stream.feed({&c, 1}, false, out);
    other.feed({&c, 1}, false, from_other);
    EXPECT_EQ(out.size(), from_other.size());
  }
}

TEST(Stream, GivesNotOneByteOfWhatIsBlocked) {
  const auto scanner = scanner_of(
      secret_rule("t", "a-secret-of-some-length", Action::block),
      pattern_rule("p", "key-[0-9]{200}", Action::block));
  for (const std::string& bad :
       {std::string("a-secret-of-some-length"), "key-" + std::string(200, '1')}) {
    for (const std::size_t piece : {1UL, 3UL, 1000UL, 20000UL}) {
      Stream stream(scanner);
      const auto out =
          streamed(stream, std::string(10000, '.') + bad + std::string(10000, ','), piece);
      ASSERT_NE(stream.blocked(), nullptr);
      EXPECT_EQ(out.find_first_not_of('.'), std::string::npos);
    }
  }
}

TEST(Stream, OnlyNotesWhatIsLogged) {
  Stream stream(scanner_of(
      secret_rule("t", "a-secret-of-some-length", Action::log),
      pattern_rule("p", "key", Action::log)));
  const std::string text = "key a-secret-of-some-length key";
  EXPECT_EQ(streamed(stream, text, 2), text);
  ASSERT_EQ(stream.seen().size(), 2U);
  EXPECT_EQ(stream.seen()[0]->name, "p");
  EXPECT_EQ(stream.seen()[1]->name, "t");
}

TEST(Stream, ReplacesALongRunOfOverlappingSecretsAsOne) {
  const auto scanner = scanner_of(secret_rule("t", std::string(20, 'a'), Action::redact));
  const auto text = "<" + std::string(5000, 'a') + ">";
  for (const std::size_t piece : {1UL, 16UL, 999UL, 6000UL})
    EXPECT_EQ(streamed(scanner, text, piece), "<[REDACTED:t]>");
}

TEST(Stream, FindsThePartOfAMatchThatIsTheSecret) {
  const auto scanner =
      test::create({.detectors = {"keyword"}, .detectors_action = Action::redact}).value();
  const std::string text = "api_token = 8fG3kLm92QpZx71VbN4t\nrest";
  for (const std::size_t piece : {1UL, 5UL, 100UL})
    EXPECT_EQ(streamed(scanner, text, piece), "api_token = [REDACTED:keyword]\nrest");
}

}  // namespace
}  // namespace redact
