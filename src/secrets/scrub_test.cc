// SPDX-License-Identifier: Apache-2.0
#include "secrets/scrub.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>

#include "base/encoding.h"
#include "base/text.h"
#include "content/format.h"
#include "secrets/disguises.h"

namespace secrets {
namespace {

constexpr std::string_view odd_token = "gh+p/S3cret?\"To ken~9";

Scrubber scrubber_of(std::vector<NamedSecret> secrets) { return Scrubber(secrets); }

std::string streamed(const Scrubber& scrubber, std::string_view text, std::size_t piece) {
  ScrubStream stream(scrubber);
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += piece)
    stream.feed(text.substr(at, piece), false, out);
  stream.feed("", true, out);
  return out;
}

TEST(MarkOf, EndsNoTextThatItStandsIn) {
  EXPECT_EQ(mark_of("api key"), "[REDACTED:api key]");
  EXPECT_EQ(mark_of("a\"b\\c<d&e"), "[REDACTED:a_b_c_d_e]");
}

TEST(Scrub, PutsTheNameInPlaceOfTheSecret) {
  const auto scrubber = scrubber_of({{"github", "ghp_1234"}, {"npm", "npm_5678"}});
  EXPECT_EQ(scrubber.scrub("a ghp_1234 b npm_5678"), "a [REDACTED:github] b [REDACTED:npm]");
  EXPECT_EQ(scrubber.scrub("ghp_1234ghp_1234"), "[REDACTED:github][REDACTED:github]");
  EXPECT_EQ(scrubber.scrub("ghp_123 npm_567"), "ghp_123 npm_567");
  EXPECT_EQ(scrubber.scrub(""), "");
  EXPECT_TRUE(scrubber.finds_secret_in("xghp_1234"));
  EXPECT_FALSE(scrubber.finds_secret_in("xghp_123"));
}

TEST(Scrub, PrefersTheLongerOfTwoSecrets) {
  const auto scrubber = scrubber_of({{"short", "abcd"}, {"long", "abcdef"}});
  for (const std::size_t piece : {1, 2, 3, 100}) {
    EXPECT_EQ(
        streamed(scrubber, "abcdef abcd abcdex", piece),
        "[REDACTED:long] [REDACTED:short] [REDACTED:short]ex");
  }
}

TEST(Scrub, FindsASecretBehindItsOwnBeginning) {
  const auto scrubber = scrubber_of({{"x", "aaab"}});
  for (const std::size_t piece : {1, 2, 3, 100})
    EXPECT_EQ(streamed(scrubber, "aaaaaab", piece), "aaa[REDACTED:x]");
}

TEST(Scrub, WithoutSecretsChangesNothing) {
  EXPECT_TRUE(Scrubber().empty());
  EXPECT_TRUE(scrubber_of({{"x", "abc"}}).empty());
  EXPECT_EQ(Scrubber().scrub("text"), "text");
}

std::string percent(std::string_view text, const char* format) {
  std::string out;
  for (const char c : text) {
    char digits[8];
    std::snprintf(digits, sizeof digits, format, static_cast<unsigned char>(c));
    out += digits;
  }
  return out;
}

TEST(Scrub, SeesThroughDisguises) {
  const auto scrubber = scrubber_of({{"x", odd_token}});
  auto url_safe = base::to_base64(odd_token);
  for (char& c : url_safe)
    c = c == '+' ? '-' : c == '/' ? '_' : c;
  const std::string disguised[] = {
      base::to_base64(odd_token),
      url_safe,
      base::to_hex(odd_token),
      percent(odd_token, "%02X"),
      percent(odd_token, "%%%02x"),
      percent(odd_token, "%%%02X"),
      "gh%2Bp%2FS3cret%3F%22To%20ken~9",
      "gh%2bp%2fS3cret%3f%22To%20ken~9",
      "gh+p/S3cret?\\\"To ken~9",
      "gh+p\\/S3cret?\\\"To ken~9",
      "gh\\u002bp\\u002fS3cret\\u003f\\u0022To\\u0020ken~9",
  };
  for (const auto& text : disguised)
    EXPECT_EQ(scrubber.scrub("<" + text + ">"), "<[REDACTED:x]>") << text;
}

TEST(Scrub, SeesThroughWhatUsualWritersLeaveAsItIs) {
  const auto scrubber = scrubber_of({{"x", "abc/def+ghi JKL=a&b<c'd(e)"}});
  for (const std::string_view text : {
           "abc/def%2Bghi%20JKL%3Da%26b%3Cc%27d%28e%29",          // Python's quote
           "abc%2Fdef%2Bghi%20JKL%3Da%26b%3Cc'd(e)",              // encodeURIComponent
           "abc/def+ghi%20JKL=a&b%3Cc'd(e)",                      // encodeURI
           "abc%2Fdef%2Bghi+JKL%3Da%26b%3Cc%27d%28e%29",          // a form
           "abc/def+ghi JKL=a\\u0026b\\u003cc'd(e)",              // Go
           "abc\\/def+ghi JKL=a\\u0026b\\u003Cc\\u0027d(e)",      // PHP
           "abc/def\\u002Bghi JKL=a\\u0026b\\u003Cc\\u0027d(e)",  // .NET
           "abc/def+ghi JKL=a&amp;b&lt;c'd(e)",                   // an element of HTML
       })
    EXPECT_EQ(scrubber.scrub(text), "[REDACTED:x]");
}
TEST(Scrub, KnowsHowOurOwnWritersSpellAValue) {
  using content::Syntax;
  for (const std::string_view value :
       {"-----BEGIN KEY-----\nabc/+\r\n\tdef\n", "a]b>c]]>d&e\"f\\g'h", "\x01 and \x1f / ~ %"}) {
    const auto scrubber = scrubber_of({{"x", value}});
    for (const auto syntax :
         {Syntax::raw, Syntax::json, Syntax::form, Syntax::xml, Syntax::cdata, Syntax::protobuf})
      EXPECT_EQ(scrubber.scrub(content::escape(syntax, value).reveal()), "[REDACTED:x]")
          << value << static_cast<int>(syntax);
  }
}

TEST(Scrub, KnowsAValueOfSeveralLinesWithEitherEnd) {
  for (const std::string& given :
       {std::string("line-1\nline-2\nline-3"), std::string("line-1\r\nline-2\r\nline-3")}) {
    const auto scrubber = scrubber_of({{"x", given}});
    for (const std::string text :
         {"line-1\nline-2\nline-3", "line-1\r\nline-2\r\nline-3", "line-1\\nline-2\\nline-3",
          "line-1\\r\\nline-2\\r\\nline-3"})
      EXPECT_EQ(scrubber.scrub(text), "[REDACTED:x]") << text;
  }
}

TEST(Scrub, FindsASecretInsideALongerBase64Text) {
  const auto scrubber = scrubber_of({{"x", odd_token}});
  for (const std::string_view before : {"", "u", "us", "user:", "{\"a\":1}"}) {
    for (const std::string_view after : {"", "x", "xy", "xyz"}) {
      const auto text =
          base::to_base64(std::string(before) + std::string(odd_token) + std::string(after));
      const auto scrubbed = scrubber.scrub(text);
      EXPECT_NE(scrubbed.find("[REDACTED:x]"), std::string::npos) << before << "|" << after;
      // What is left around it holds no more than a few bits of the secret's ends.
      EXPECT_LE(
          scrubbed.size(),
          (before.size() + after.size() + 6) * 4 / 3 + std::string_view("[REDACTED:x]").size() + 2);
    }
  }
}

TEST(Scrub, FindsASecretInBase64ThatIsCutIntoLines) {
  const auto scrubber = scrubber_of({{"x", odd_token}});
  for (const std::size_t width : {60, 64, 76}) {
    for (const std::string end : {"\n", "\r\n", "\\n"}) {
      for (std::size_t before = 0; before < 70; ++before) {
        const auto base64 = base::to_base64(
            std::string(before, '.') + std::string(odd_token) + std::string(90, '.'));
        std::string lines = "{\"content\": \"";
        for (std::size_t at = 0; at < base64.size(); at += width)
          lines += base64.substr(at, width) + end;
        lines += "\"}";
        const auto scrubbed = scrubber.scrub(lines);
        EXPECT_NE(scrubbed.find("[REDACTED:x]"), std::string::npos) << lines;
        EXPECT_LT(scrubbed.size(), lines.size());
        for (const std::size_t piece : {1, 7, 61})
          EXPECT_EQ(streamed(scrubber, lines, piece), scrubbed) << piece;
      }
    }
  }
}
TEST(ScrubStream, HoldsBackNoEndOfALineThatIsNoBase64) {
  ScrubStream stream(scrubber_of({{"x", "canary-0123456789"}}));
  std::string out;
  stream.feed("passwd? Y\n", false, out);  // as the base64 of the secret begins
  EXPECT_EQ(out, "passwd? Y\n");
}
double seconds_for(const Scrubber& scrubber, std::size_t size) {
  std::string text;
  while (text.size() < size)
    text += "0,0\n" + std::string(60, 'A') + "\nB\n";
  const auto begin = std::clock();
  EXPECT_EQ(scrubber.scrub(text), text);
  return static_cast<double>(std::clock() - begin);
}
TEST(Scrub, TakesTimeInProportionToTheText) {
  const auto scrubber = scrubber_of({{"x", odd_token}});
  const auto least = [&](std::size_t size) {
    return std::min(
        {seconds_for(scrubber, size), seconds_for(scrubber, size), seconds_for(scrubber, size)});
  };
  EXPECT_LT(least(2'000'000), 40 * least(200'000));
}
TEST(Scrub, LeavesBase64InLinesAloneThatHoldsNoSecret) {
  const auto scrubber = scrubber_of({{"x", odd_token}});
  std::string lines;
  for (int line = 0; line < 50; ++line)
    lines += base::to_base64(base::random_bytes(57)) + "\r\n";
  EXPECT_EQ(scrubber.scrub(lines), lines);
  EXPECT_EQ(streamed(scrubber, lines, 100), lines);
}

TEST(Scrub, KeepsASecretSplitAcrossChunks) {
  const auto scrubber = scrubber_of({{"x", odd_token}, {"y", "npm_5678"}});
  const auto text = "head " + std::string(odd_token) + " " + base::to_base64(odd_token) +
                    " npm_567 npm_5678" + base::to_hex(odd_token) + "!";
  const auto whole = scrubber.scrub(text);
  EXPECT_EQ(whole, "head [REDACTED:x] [REDACTED:x] npm_567 [REDACTED:y][REDACTED:x]!");
  for (std::size_t piece = 1; piece < text.size(); ++piece)
    EXPECT_EQ(streamed(scrubber, text, piece), whole) << piece;
}

TEST(ScrubStream, LetsInnocentTextPassAtOnce) {
  ScrubStream stream(scrubber_of({{"x", odd_token}}));
  std::string out;
  stream.feed("data: {\"text\":\"hi\"}\n\n", false, out);
  EXPECT_EQ(out, "data: {\"text\":\"hi\"}\n\n");
}

TEST(ScrubStream, HoldsBackWhatStandsBehindTheLastBlankOrLineEnd) {
  ScrubStream stream(scrubber_of({{"x", "ghp_1234"}}));
  std::string out;
  stream.feed("line ghp_12", false, out);
  EXPECT_EQ(out, "line ");
  stream.feed("99\t", false, out);
  EXPECT_EQ(out, "line ghp_1299\t");
  stream.feed("ghp_", true, out);
  EXPECT_EQ(out, "line ghp_1299\tghp_");
  EXPECT_EQ(stream.replaced(), 0U);
}

/// How much has passed when the text was fed byte by byte, and then one byte more.
std::vector<std::size_t> passed_sizes(const Scrubber& scrubber, std::string_view text) {
  ScrubStream stream(scrubber);
  std::string out;
  std::vector<std::size_t> sizes;
  for (const char c : text) {
    stream.feed({&c, 1}, false, out);
    sizes.push_back(out.size());
  }
  return sizes;
}

TEST(ScrubStream, WhatPassesWhenSaysNothingOfASecret) {
  const auto one = scrubber_of({{"x", "ghp_aBcD1234efGh"}});
  const auto other = scrubber_of({{"x", "tok-ZyXw9876vuTs"}});
  for (const auto& guess :
       {std::string("ghp_aBcD1234efG"), std::string(300, '.') + "ghp_aBcD1234efG.",
        base::to_base64("ghp_aBcD1234efG"), base::to_hex("ghp_aBcD1234efG") + " ",
        std::string(60, 'A') + "\n" + base::to_base64("ghp_aBcD1234ef") + "\n"})
    EXPECT_EQ(passed_sizes(one, guess), passed_sizes(other, guess)) << guess;
}

TEST(ScrubStream, HoldsNoMoreThanTheLongestSpellingTakes) {
  ScrubStream stream(scrubber_of({{"x", "ghp_1234"}}));
  std::string out;
  stream.feed(std::string(10'000, '.'), false, out);
  EXPECT_GE(out.size(), 9'900U);
}

TEST(ScrubStream, ALineMayPassAtItsEndUnlessASecretHasSeveral) {
  ScrubStream stream(scrubber_of({{"x", "-----BEGIN KEY-----\nabcdefgh\n-----END KEY-----"}}));
  std::string out;
  stream.feed("data:1\n", false, out);
  EXPECT_EQ(out, "");
  stream.feed("\n", false, out);  // as a server ends what it has to say at a time
  EXPECT_EQ(out, "data:1\n\n");
}

std::string made_up_key(std::size_t lines) {
  std::string key = "-----BEGIN PRIVATE KEY-----\n";
  for (std::size_t line = 0; line < lines; ++line)
    key += base::to_base64(base::random_bytes(48)) + "\n";
  return key + "-----END PRIVATE KEY-----";
}

std::string with_before_each_line(std::string_view text, std::string_view mark) {
  std::string out;
  for (const auto line : base::split(text, '\n'))
    out.append(mark).append(line) += '\n';
  return out;
}

TEST(Scrub, HidesEachLineOfAKey) {
  const auto key = made_up_key(20);
  const auto scrubber = scrubber_of({{"x", key}});
  for (const auto* mark : {"", "data: ", "    ", "> ", "+", "\r", "\",\""}) {
    const auto quoted = with_before_each_line(key, mark);
    for (const std::size_t piece : {1UL, 50UL, 100'000UL}) {
      const auto scrubbed = streamed(scrubber, quoted, piece);
      EXPECT_TRUE(scrubbed.contains("PRIVATE KEY-----")) << "which everybody knows";
      for (const auto line : base::split(key, '\n'))
        EXPECT_TRUE(line.starts_with("-----") || !scrubbed.contains(line)) << mark;
    }
  }
}

TEST(Scrub, AKeyStopsNoLineAndNoWord) {
  ScrubStream stream(scrubber_of({{"x", made_up_key(20) + "\n\nand more"}}));
  std::string out;
  stream.feed("a line\na word of", false, out);
  EXPECT_EQ(out, "a line\na word ");
}

TEST(Scrub, LinesThatLookLikeOrdinaryTextAreNoKey) {
  const std::string document = "{\n  \"type\": \"service_account\",\n  \"universe\": \"a.test\"\n}";
  const auto scrubber = scrubber_of({{"x", document}});
  EXPECT_EQ(scrubber.scrub(document), "[REDACTED:x]");
  EXPECT_FALSE(scrubber.finds_secret_in("  \"type\": \"service_account\",\n"));
}

TEST(ScrubStream, TakesTimeInProportionToTheTextHoweverItIsCut) {
  const auto scrubber = scrubber_of({{"x", made_up_key(150)}});
  const auto seconds = [&](std::size_t size) {
    ScrubStream stream(scrubber);
    std::string out;
    const auto begin = std::clock();
    for (std::size_t at = 0; at < size; ++at)
      stream.feed(".", false, out);
    return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  };
  EXPECT_LT(seconds(400'000), 10);
}

TEST(Scrub, ReplacesWhatOverlapsAsOne) {
  const auto scrubber = scrubber_of({{"x", "abcabcabc"}, {"y", "bcdefgh"}});
  for (const std::size_t piece : {1, 2, 3, 100})
    EXPECT_EQ(streamed(scrubber, "<abcabcabcabcdefgh>", piece), "<[REDACTED:x]>") << piece;
}

TEST(Disguises, AreLongEnoughAndDifferent) {
  std::vector<std::string> seen;
  for (const auto& disguise : disguises_of("abcd")) {
    EXPECT_GE(disguise.size(), 8U);
    EXPECT_EQ(std::ranges::count(seen, disguise.reveal()), 0);
    seen.emplace_back(disguise.reveal());
  }
  EXPECT_FALSE(seen.empty());
}

TEST(Scrub, HidesWhatItLearns) {
  const NamedSecret first[] = {{"key", "hush-hush-1"}};
  const NamedSecret second[] = {{"key", "hush-hush-2"}};
  const Scrubber scrubber(first);
  const Scrubber copy = scrubber;
  copy.learn(second);
  EXPECT_EQ(scrubber.scrub("hush-hush-1 hush-hush-2"), "[REDACTED:key] [REDACTED:key]");
}

TEST(ScrubStream, HidesWhatIsLearntWhileItStreams) {
  const NamedSecret first[] = {{"key", "hush-hush-1"}};
  const Scrubber scrubber({}, Scrubber::Later::learns);
  ScrubStream stream(scrubber);
  std::string out;
  stream.feed("hush-hush-1, ", false, out);
  scrubber.learn(first);
  stream.feed("hush-hush-1, hush-", false, out);
  const NamedSecret second[] = {{"other", "hush-hush-2"}};
  scrubber.learn(second);
  stream.feed("hush-2", true, out);
  EXPECT_EQ(out, "hush-hush-1, [REDACTED:key], [REDACTED:other]");
}

TEST(Scrub, ForgetsTheOldestOfManyValues) {
  const NamedSecret other[] = {{"other", "something else"}, {"key", "value-number-0"}};
  const Scrubber scrubber(other);
  for (std::size_t i = 1; i <= Scrubber::most_values; ++i) {
    const auto value = "value-number-" + std::to_string(i * 1000);
    const NamedSecret next[] = {{"key", value}};
    scrubber.learn(next);
  }
  EXPECT_FALSE(scrubber.finds_secret_in("value-number-0"));
  EXPECT_TRUE(scrubber.finds_secret_in("value-number-1000"));
  EXPECT_TRUE(scrubber.finds_secret_in("something else"));
}

TEST(Scrub, AValueThatIsLearntAgainIsNotAnOldOne) {
  const NamedSecret first[] = {{"key", "value-number-0"}};
  const Scrubber scrubber(first);
  for (std::size_t i = 1; i < 2 * Scrubber::most_values; ++i) {
    const auto value = "value-number-" + std::to_string(i * 1000);
    const NamedSecret next[] = {{"key", value}};
    scrubber.learn(next);
    scrubber.learn(first);  // back in use
  }
  EXPECT_TRUE(scrubber.finds_secret_in("value-number-0"));
}

TEST(Scrub, KnowsNothingUntilItLearns) {
  const NamedSecret first[] = {{"key", "hush-hush-1"}};
  const Scrubber scrubber({}, Scrubber::Later::learns);
  EXPECT_FALSE(Scrubber::Now(scrubber).knows_any());
  scrubber.learn(first);
  EXPECT_TRUE(Scrubber::Now(scrubber).knows_any());
}

TEST(Scrub, TellsASecretFromATextThatHoldsOne) {
  const NamedSecret known[] = {{"key", "bash"}};
  const Scrubber scrubber(known);
  EXPECT_TRUE(scrubber.is_secret("bash"));
  EXPECT_FALSE(scrubber.is_secret("/bin/bash"));
  EXPECT_FALSE(scrubber.is_secret("bash -c"));
  EXPECT_FALSE(Scrubber().is_secret("bash"));
}

}  // namespace
}  // namespace secrets
