// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <gtest/gtest.h>

namespace base {
namespace {

using Parts = std::vector<std::string_view>;

TEST(Lower, ChangesAsciiOnly) { EXPECT_EQ(lower("ABC-xyz_Ä"), "abc-xyz_Ä"); }

TEST(Iequals, IgnoresTheCaseOfAscii) {
  EXPECT_TRUE(iequals("Content-Type", "content-TYPE"));
  EXPECT_FALSE(iequals("a", "ab"));
  EXPECT_FALSE(iequals("@", "`"));
}

TEST(HexValue, KnowsBothCasesAndNothingElse) {
  EXPECT_EQ(hex_value('9'), 9);
  EXPECT_EQ(hex_value('a'), 10);
  EXPECT_EQ(hex_value('F'), 15);
  for (const char other : {'g', 'G', '/', ':', '@', '`', ' ', '\xFF'})
    EXPECT_EQ(hex_value(other), -1) << other;
}

TEST(Trim, TakesBlanksOffBothEnds) {
  EXPECT_EQ(trim(" \t a b\r\n"), "a b");
  EXPECT_EQ(trim("a"), "a");
}

TEST(Trim, LeavesNothingOfBlanksAlone) {
  EXPECT_EQ(trim(""), "");
  EXPECT_EQ(trim(" \r\n\t"), "");
}

TEST(Split, KeepsEmptyParts) {
  EXPECT_EQ(split("a,,b,", ','), (Parts{"a", "", "b", ""}));
  EXPECT_EQ(split(",", ','), (Parts{"", ""}));
}

TEST(Split, GivesAtLeastOnePart) {
  EXPECT_EQ(split("", ','), Parts{""});
  EXPECT_EQ(split("whole", ','), Parts{"whole"});
}

TEST(Join, PutsSeparatorsBetweenOnly) {
  EXPECT_EQ(join(std::vector<std::string>{"a", "", "b"}, ", "), "a, , b");
  EXPECT_EQ(join(std::vector<std::string>{"a"}, ", "), "a");
  EXPECT_EQ(join({}, ", "), "");
}

TEST(ParseNumber, ReadsDigits) {
  EXPECT_EQ(parse_number("0"), 0U);
  EXPECT_EQ(parse_number("0080"), 80U);
  EXPECT_EQ(parse_number("9999999999999999999"), 9'999'999'999'999'999'999U);
}

TEST(ParseNumber, RefusesAnythingElse) {
  for (const char* text : {"", " ", "-1", "+1", " 1", "1 ", "1_0", "0x10", "1.0", "１"})
    EXPECT_EQ(parse_number(text), std::nullopt) << text;
}

TEST(ParseNumber, RefusesMoreDigitsThanSurelyFit) {
  EXPECT_EQ(parse_number("18446744073709551616"), std::nullopt);
  EXPECT_EQ(parse_number(std::string(400, '9')), std::nullopt);
}

struct Shown {
  std::string_view text;
  std::string_view as;
};

TEST(EscapeForTerminal, LeavesReadableTextAlone) {
  for (const std::string_view text : {"", "plain \\ text", "ümlaut", "日本語", "😀", "e\u0301"})
    EXPECT_EQ(escape_for_terminal(text), text);
}

TEST(EscapeForTerminal, ShowsWhatATerminalWouldObey) {
  using namespace std::string_view_literals;
  const Shown table[] = {
      {"a\0b"sv, "a\\x00b"},    // NUL
      {"\x1B[2J", "\\x1b[2J"},  // a control sequence
      {"\r\n\t\b\x7F", "\\x0d\\n\\t\\x08\\x7f"},
      {"\u009B31m", "\\u{9b}31m"},  // the same introducer, of eight bits
      {"\u0085", "\\u{85}"},        // next line
  };
  for (const auto& [text, as] : table)
    EXPECT_EQ(escape_for_terminal(text), as);
}

TEST(EscapeForTerminal, ShowsWhatWouldBeInvisibleOrTurnTextAround) {
  const Shown table[] = {
      {"\u202Egpj.exe", "\\u{202e}gpj.exe"},  // right-to-left override
      {"\u2066a\u2069", "\\u{2066}a\\u{2069}"},
      {"\u200Fa\u061C", "\\u{200f}a\\u{61c}"},
      {"pay\u200Bpal", "pay\\u{200b}pal"},
      {"soft\u00ADhyphen", "soft\\u{ad}hyphen"},
      {"\u2028\u2029", "\\u{2028}\\u{2029}"},
      {"\uFEFF", "\\u{feff}"},
      {"\U000E0041", "\\u{e0041}"},  // a tag character
  };
  for (const auto& [text, as] : table)
    EXPECT_EQ(escape_for_terminal(text), as);
}

TEST(EscapeForTerminal, ShowsBytesThatAreNotUtf8) {
  const Shown table[] = {
      {"\xFF\xFE", "\\xff\\xfe"},
      {"\x80", "\\x80"},  // a continuation without a beginning
      {"\xC3", "\\xc3"},  // a beginning without a continuation
      {"\xC3(", "\\xc3("},
      {"\xE2\x82", "\\xe2\\x82"},  // cut short
      {"\xC0\xAF", "\\xc0\\xaf"},  // overlong "/"
      {"\xE0\x80\xAF", "\\xe0\\x80\\xaf"},
      {"\xED\xA0\x80", "\\xed\\xa0\\x80"},           // a surrogate
      {"\xF4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},  // beyond U+10FFFF
      {"\xF8\x88\x80\x80\x80", "\\xf8\\x88\\x80\\x80\\x80"},
  };
  for (const auto& [text, as] : table)
    EXPECT_EQ(escape_for_terminal(text), as);
}

TEST(ToUtf8, LeavesValidTextAlone) {
  for (const std::string_view text : {"", "abc", "\u0080\u07FF\u0800\uFFFD\U00010000\U0010FFFF"})
    EXPECT_EQ(to_utf8(text), text);
}

TEST(ToUtf8, ReplacesEachInvalidByte) {
  EXPECT_EQ(to_utf8("a\xFFz"), "a\uFFFDz");
  EXPECT_EQ(to_utf8("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(to_utf8("\xC3"), "\uFFFD");
  EXPECT_EQ(to_utf8("\xE2\x82\u20AC"), "\uFFFD\uFFFD\u20AC");
}

TEST(Nearest, FindsTheSlip) {
  const std::vector<std::string> names{"filter", "port", "proxy", "secrets", "timeout"};
  struct Slip {
    std::string_view written;
    std::optional<std::string> meant;
  };
  const Slip table[] = {
      {"filtre", "filter"},   // swapped letters
      {"prot", "port"},       // swapped letters of a short name
      {"secret", "secrets"},  // one missing
      {"proxxy", "proxy"},    // one too many
      {"tineout", "timeout"},    {"PORT", "port"},   {"prt", "port"},
      {"network", std::nullopt}, {"", std::nullopt},
  };
  for (const auto& [written, meant] : table)
    EXPECT_EQ(nearest(written, names), meant) << written;
}

TEST(Nearest, PrefersTheFirstOfEquallyNearOnes) {
  EXPECT_EQ(nearest("axc", std::vector<std::string>{"abc", "adc"}), "abc");
}

TEST(Nearest, KnowsNothingWithoutCandidates) { EXPECT_EQ(nearest("a", {}), std::nullopt); }

TEST(EqualInConstantTime, Compares) {
  EXPECT_TRUE(equal_in_constant_time("", ""));
  EXPECT_TRUE(equal_in_constant_time("secret", "secret"));
  EXPECT_FALSE(equal_in_constant_time("secret", "secreT"));
  EXPECT_FALSE(equal_in_constant_time("secret", "secrets"));
  EXPECT_FALSE(equal_in_constant_time("a\xFF", "a\x7F"));
}

}  // namespace
}  // namespace base
