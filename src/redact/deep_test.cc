// SPDX-License-Identifier: Apache-2.0
#include "redact/deep.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>

#include "base/encoding.h"
#include "redact/test_support.h"

namespace redact {
namespace {

using test::pattern_rule;
using test::scanner_of;

std::string replaced(std::string_view text) {
  static const auto scanner = scanner_of(
      pattern_rule("p", "key-[0-9]{8}", Action::redact),
      test::secret_rule("s", "a-longer-secret", Action::redact));
  return scanner->replaced(text, scanner->find_deeply(text));
}

TEST(Deep, UndoesJsonEscapes) {
  EXPECT_EQ(replaced(R"({"a":"\u006bey-1234\u0035678."})"), R"({"a":"[REDACTED:p]."})");
}
TEST(Deep, UndoesPercentEscapes) {
  EXPECT_EQ(replaced("q=%6bey%2D12345678&b"), "q=[REDACTED:p]&b");
}
TEST(Deep, TakesAnEqualsSignForAnEscapeOnlyInQuotedPrintable) {
  EXPECT_EQ(replaced("k=a-longer%2Dsecret&b"), "k=[REDACTED:s]&b");
}
TEST(Deep, UndoesEscapesBetweenLettersOfOtherScripts) {
  const auto scanner = scanner_of(test::secret_rule("s", "ключ&слово", Action::redact));
  for (const std::string text : {"a ключ%26слово", "ключ&#38;слово b"})
    EXPECT_TRUE(scanner->replaced(text, scanner->find_deeply(text)).contains("[REDACTED:s]"));
}
TEST(Deep, UndoesOneEscapeInTheShortestSecret) {
  const auto scanner = scanner_of(test::secret_rule("s", "a/bc", Action::redact));
  for (const std::string text :
       {"a\\/bc",
        "\x05"
        "a\\/bc\x12"})
    EXPECT_TRUE(scanner->replaced(text, scanner->find_deeply(text)).contains("[REDACTED:s]"));
}
TEST(Deep, FindsWhatBeginsBetweenTwoRuns) {
  const auto scanner = scanner_of(pattern_rule("p", R"(\sAKIA[A-Z0-9]{16})", Action::redact));
  const auto second = base::to_base64("AKIA0123456789ABCDEF.");
  const std::string text = base::to_base64("nothing to be seen in here..") + " " + second;
  EXPECT_FALSE(scanner->replaced(text, scanner->find_deeply(text)).contains(second.substr(0, 12)));
}
TEST(Deep, UndoesHtmlEntities) {
  EXPECT_EQ(replaced("<p>&#107;ey&#x2d;12345678</p>"), "<p>[REDACTED:p]</p>");
}
TEST(Deep, UndoesQuotedPrintable) {
  EXPECT_EQ(replaced("a key=2D1234=\r\n5678 b"), "a [REDACTED:p] b");
}
TEST(Deep, UndoesQuotedPrintableOfNothingButEscapes) {
  EXPECT_EQ(replaced("a =6B=65y-12345678 b"), "a [REDACTED:p] b");
  EXPECT_EQ(replaced("x=10&key=2D12345678"), "x=10&key=2D12345678");
}
TEST(Deep, UndoesOneEscapeInALongSecret) {
  const auto secret = "k" + base::to_hex(base::random_bytes(3000)) + "k";
  const auto scanner = scanner_of(test::secret_rule("s", secret, Action::redact));
  for (const std::size_t at : {0UL, 10UL, 3000UL, 6001UL}) {
    auto text = secret;
    text.replace(at, 1, "%" + base::to_hex(secret.substr(at, 1)));
    EXPECT_EQ(scanner->replaced(text, scanner->find_deeply(text)), "[REDACTED:s]") << at;
  }
}
TEST(Deep, UndoesMixedEscapesOfASecret) {
  EXPECT_EQ(replaced(R"(x a-l%6fnger-\u0073ecret y)"), "x [REDACTED:s] y");
}
TEST(Deep, LooksIntoBase64AtEachAlignment) {
  for (const std::string before : {"", "1", "22", "333"}) {
    const auto run = base::to_base64(before + "some text with key-12345678 in it");
    EXPECT_TRUE(replaced("v: " + run + ";").contains("[REDACTED:p]")) << run;
    EXPECT_FALSE(replaced("v: " + run + ";").contains(base::to_base64("key-12345678"))) << run;
  }
}
TEST(Deep, FindsEachOfManyInOneRun) {
  std::string text;
  for (int i = 0; i < 1000; ++i)
    text += "key-12345678..\n";  // fifteen bytes: twenty digits
  const auto out = replaced("v: " + base::to_base64(text) + ";");
  const std::string_view mark = "[REDACTED:p]";
  std::size_t count = 0;
  for (auto at = out.find(mark); at != out.npos; at = out.find(mark, at + 1))
    ++count;
  EXPECT_EQ(count, 1000U);
  EXPECT_TRUE(out.starts_with("v: [REDACTED:p]")) << out.substr(0, 60);
}
TEST(Deep, LooksIntoBase64OfSeveralLines) {
  const auto run = base::to_base64(std::string(50, '.') + "key-12345678" + std::string(60, '.'));
  EXPECT_TRUE(replaced(run.substr(0, 76) + "\r\n" + run.substr(76)).contains("[REDACTED:p]"));
}
TEST(Deep, LooksIntoBase64OfSeveralLinesInsideJson) {
  const auto run = base::to_base64(std::string(40, '.') + "key-12345678" + std::string(60, '.'));
  EXPECT_TRUE(
      replaced("\"" + run.substr(0, 60) + "\\n" + run.substr(60) + "\"").contains("[REDACTED:p]"));
}
TEST(Deep, LooksIntoLongBase64BehindAnEmptyLineInsideJson) {
  const auto run = base::to_base64(std::string(30'000, '.') + "key-12345678");
  EXPECT_TRUE(replaced("{\"mail\":\"x\\n\\n" + run + "\"}").contains("[REDACTED:p]"));
  EXPECT_TRUE(replaced("{\"mail\":\"x\\r\\n\\r\\n" + run + "\"}").contains("[REDACTED:p]"));
}
TEST(Deep, LooksIntoBase64BehindWhatLooksLikeIt) {
  const auto run = base::to_base64("some text with key-12345678 in it");
  for (const std::string before : {"x", "xy", "xyz", "/upload/", "sha512-", "prefix_"})
    EXPECT_TRUE(replaced("v: " + before + run + ";").contains("[REDACTED:p]")) << before;
}
TEST(Deep, LooksIntoHexadecimalBehindOtherLetters) {
  for (const std::string before : {"", "/upload/", "x_", "zz0"}) {
    EXPECT_EQ(replaced(before + "6B65792d3132333435363738."), before + "[REDACTED:p].");
  }
}
TEST(Deep, LooksIntoHexadecimalRunsOfMixedCase) {
  EXPECT_EQ(replaced("x:6B65792d3132333435363738."), "x:[REDACTED:p].");
  EXPECT_EQ(replaced("x:f6B65792d3132333435363738."), "x:f[REDACTED:p].");
}
TEST(Deep, LooksIntoTheShortestRunWhereverItStands) {
  const auto run = base::to_base64("xxx key-12345678 x");
  ASSERT_EQ(run.size(), 24U);
  for (std::size_t before = 0; before < 150; ++before) {
    const std::string filler(before, '.');
    EXPECT_EQ(replaced(filler + run), filler + run.substr(0, 5) + "[REDACTED:p]" + run.substr(22));
  }
}
TEST(Deep, UndoesAnEscapeWhereverItStands) {
  for (std::size_t before = 0; before < 150; ++before) {
    const std::string filler(before, '.');
    EXPECT_EQ(replaced(filler + "ke%79-12345678"), filler + "[REDACTED:p]");
  }
}
TEST(Deep, TakesNoUuidForARun) {
  EXPECT_TRUE(Layer::below("0193a5b8-7c4e-7d2a-9f41-0193a5b87c4e", Escapes::unusual).empty());
  EXPECT_TRUE(Layer::below("(0193a5b8-7c4e-7d2a-9f41-0193a5b87c4e)", Escapes::all).empty());
  EXPECT_FALSE(Layer::below("0193a5b8-7c4e-7d2a-9f41-0193a5b87c4e0", Escapes::unusual).empty());
}
TEST(Deep, NarrowsUtf16) {
  std::string wide;
  for (const char c : std::string_view("a key-12345678 b"))
    wide.append({c, '\0'});
  EXPECT_TRUE(replaced(wide).contains("[REDACTED:p]"));
}
TEST(Deep, NarrowsUtf16OfEitherOrderToItsEnd) {
  std::string wide;
  for (const char c : std::string_view("a key-12345678"))
    wide.append({'\0', c});
  EXPECT_TRUE(replaced(wide).contains("[REDACTED:p]"));
}
TEST(Deep, NarrowsUtf32) {
  std::string wide;
  for (const char c : std::string_view("a key-12345678 b"))
    wide.append({c, '\0', '\0', '\0'});
  EXPECT_TRUE(replaced("xx" + wide).contains("[REDACTED:p]"));
}
TEST(Deep, LooksThroughThreeLayers) {
  const auto inner = base::to_base64("the key-12345678 is here");
  EXPECT_TRUE(replaced(base::to_base64("{\"in\":\"" + inner + "\"}")).contains("[REDACTED:p]"));
  const auto hex = base::to_hex(base::to_base64("the key-12345678 is here"));
  EXPECT_TRUE(replaced("%7B" + hex + "%7D").contains("[REDACTED:p]"));
}
TEST(Deep, LeavesTextWithoutEscapesAlone) {
  const std::string text = R"({"line":"one\ntwo \"three\"","hash":"word"})";
  EXPECT_TRUE(Layer::below(text, Escapes::unusual).empty());
  EXPECT_FALSE(Layer::below(text, Escapes::all).empty());
}
TEST(Deep, FindsWhatStandsBehindAnEscapeForAPatternThatLooksAtBorders) {
  const auto scanner = scanner_of(pattern_rule("p", R"(\bkey[0-9]{4}\b)", Action::redact));
  const std::string text = R"({"a":"x\nkey1234"})";
  EXPECT_EQ(scanner->replaced(text, scanner->find_deeply(text)), R"({"a":"x\n[REDACTED:p]"})");
}
/// Of the processor: however busy the machine is.
double seconds_of_this_thread() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

TEST(Deep, TakesTimeInProportionToTheText) {
  const auto time = [](std::size_t size) {
    std::string text;
    while (text.size() < size)
      text += "%25" + base::to_base64(base::random_bytes(30)) + "\\u0025&#37;=3D";
    const double begin = seconds_of_this_thread();
    (void)replaced(text);
    return seconds_of_this_thread() - begin;
  };
  const auto least = [&](std::size_t size) {
    return std::min({time(size), time(size), time(size)});
  };
  EXPECT_LT(least(1000000), 40 * least(100000));
}
TEST(Deep, TakesTimeInProportionToWhatIsFound) {
  const auto time = [](int count) {
    std::string text;
    for (int i = 0; i < count; ++i)
      text += "key-12345678 ";
    const auto run = base::to_base64(text);
    const double begin = seconds_of_this_thread();
    (void)replaced(run);
    return seconds_of_this_thread() - begin;
  };
  EXPECT_LT(time(50'000), 40 * std::min({time(5'000), time(5'000), time(5'000)}));
}

}  // namespace
}  // namespace redact
