// SPDX-License-Identifier: Apache-2.0
#include "tokens/describe.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.h"
#include "tokens/test_support.h"

namespace tokens {
namespace {

TEST(Describe, SaysInWordsWhatATokenPermits) {
  EXPECT_EQ(
      describe(mint_with(vector_caveats)),
      "permits requests\n"
      "  only from 2023-11-14T22:13:20Z until 2100-01-01T00:00:00Z\n"
      "  only to api.stripe.com\n"
      "  only with GET\n"
      "  only to the path /v1/customers/*\n");
}

TEST(Describe, SaysThatATokenPermitsEverything) {
  EXPECT_EQ(describe(mint_with({})), "permits every request, for ever\n");
}

TEST(Describe, SaysThatAnEmptyListPermitsNothing) {
  EXPECT_EQ(describe(Caveat(Hosts{})), "only to no host at all");
}

TEST(Describe, EscapesTextOfTheToken) {
  EXPECT_FALSE(describe(Caveat(Hosts{{"a\x1b[2J"}})).contains('\x1b'));
  EXPECT_FALSE(describe(Caveat(Purpose{"a\nb"})).contains('\n'));
  EXPECT_FALSE(describe(Caveat(ThirdParty{"a\x1b", "", ""})).contains('\x1b'));
}

TEST(Describe, PutsTextOfOthersInQuotes) {
  EXPECT_EQ(describe(Caveat(Purpose{"deploy"})), "meant for: \"deploy\"");
  EXPECT_EQ(
      describe(Caveat(ThirdParty{"x agrees", "", ""})),
      "only when \"x agrees\" agrees, by a discharge");
}

TEST(Describe, QuotesNamesThatCouldBeReadAsSomethingElse) {
  EXPECT_EQ(
      describe(Caveat(Hosts{{"a.test", "b.test  only with GET", ""}})),
      "only to a.test, \"b.test only with GET\", \"\"");
  EXPECT_EQ(describe(Caveat(Methods{{"GET", "a, b"}})), "only with GET, \"a, b\"");
  EXPECT_EQ(describe(Caveat(Paths{{"/a/b", "/a b"}})), "only to the path /a/b, \"/a b\"");
  EXPECT_EQ(
      describe(Caveat(Sandboxes{{"a\xC2\xA0"
                                 "b"}})),
      "only from the sandbox \"a b\"");
  EXPECT_EQ(describe(Caveat(Clients{{"\xC3\xA9"}})), "only from the client \"\xC3\xA9\"");
}

TEST(Describe, LeavesUsualHostsMethodsAndPathsWithoutQuotes) {
  EXPECT_EQ(describe(Caveat(Hosts{{"xn--4ca.test", "::1"}})), "only to xn--4ca.test, ::1");
  EXPECT_EQ(describe(Caveat(Methods{{"GET", "M-SEARCH"}})), "only with GET, M-SEARCH");
  EXPECT_EQ(
      describe(Caveat(Paths{{"/v1/~me/**", "/a%2Fb/*.json", "/x:y@z"}})),
      "only to the path /v1/~me/**, /a%2Fb/*.json, /x:y@z");
}

TEST(Quote, HasNoQuoteAndNoBackslashThatIsNotEscaped) {
  EXPECT_EQ(quote(R"(a" b\)"), R"("a\" b\\")");
}

TEST(Quote, FoldsBlanksOfEveryKind) {
  EXPECT_EQ(quote(" a  b\t\n\r\vc "), "\" a b c \"");
  EXPECT_EQ(quote("a\u00A0\u2003\u3000\u202F\u2028b"), "\"a b\"");
  EXPECT_EQ(quote("a\u2800\u3164\u115F b"), "\"a b\"") << "letters without a shape";
}

TEST(Quote, EscapesWhatATerminalIsNotShown) {
  EXPECT_EQ(quote("a\x1B[2Jb\u202Ec\xFF"), R"("a\x1b[2Jb\u{202e}c\xff")");
}

TEST(Quote, CutsALongTextWithAMarkBehindIt) {
  EXPECT_EQ(quote(std::string(100, 'x')), '"' + std::string(100, 'x') + '"');
  EXPECT_EQ(quote(std::string(101, 'x')), '"' + std::string(100, 'x') + "\" …");
  EXPECT_EQ(quote("a" + std::string(8000, ' ') + "b"), "\"a b\"");
}

TEST(Quote, CutsNoCharacterInTwo) {
  std::string text;
  for (int i = 0; i < 101; ++i)
    text += "日";
  EXPECT_EQ(quote(text), '"' + text.substr(0, 300) + "\" …");
}

/// Whether each line but the headline is one of a caveat, or goes on with one, and fits.
bool has_lines_of_its_own(const std::string& text) {
  return std::ranges::all_of(base::split(text, '\n'), [&](std::string_view line) {
    const bool begins = line.starts_with("  meant for:") || line.starts_with("  only to ");
    return line.size() < 80 &&
           (begins || line.starts_with("      ") || line.empty() || line == "permits requests");
  });
}

TEST(Describe, BeginsALineForEachCaveatAndForNothingElse) {
  std::string forged = "list issues";
  for (int i = 0; i < 5; ++i)
    forged += std::string(60, i % 2 == 0 ? ' ' : '-') + "  only with GET";
  std::vector<std::string> hosts(10, forged);
  hosts.push_back(std::string(90, 'h'));
  for (std::size_t shift = 0; shift < 80; ++shift) {
    const Token token = mint_with(
        {Caveat(Purpose{std::string(shift, 'x') + forged}),
         Caveat(Hosts{{hosts.begin(), hosts.begin() + 1 + static_cast<int>(shift % 11)}})});
    ASSERT_TRUE(has_lines_of_its_own(describe(token))) << describe(token);
  }
}

TEST(Wrap, BreaksAtBlanksAndWithinWordsThatAreLongerThanALine) {
  EXPECT_EQ(wrap("  short"), "  short\n");
  EXPECT_EQ(
      wrap("  " + std::string(40, 'a') + " " + std::string(40, 'b')),
      "  " + std::string(40, 'a') + "\n      " + std::string(40, 'b') + "\n");
  EXPECT_EQ(
      wrap("  " + std::string(100, 'a')),
      "  " + std::string(76, 'a') + "\n      " + std::string(24, 'a') + "\n");
}

TEST(Describe, HasWordsForTimesThatNoCalendarHolds) {
  EXPECT_EQ(
      describe(Caveat(Validity{std::numeric_limits<std::int64_t>::min(), 9223372036854775807})),
      "only from second -9223372036854775808 until second 9223372036854775807");
}

TEST(Describe, NamesTheNumberOfAnUnknownKind) {
  EXPECT_TRUE(describe(Caveat::decode(13, "\x90").value()).ends_with("(13)"));
}

}  // namespace
}  // namespace tokens
