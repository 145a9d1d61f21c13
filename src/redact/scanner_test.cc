// SPDX-License-Identifier: Apache-2.0
#include "redact/scanner.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "redact/test_support.h"
#include "secrets/disguises.h"

namespace redact {
namespace {

using test::pattern_rule;
using test::scanner_after;
using test::scanner_of;
using test::secret_rule;
using test::token;

std::string replaced(const Scanner& scanner, std::string_view text) {
  return scanner.replaced(text, scanner.find_deeply(text));
}

TEST(Scanner, FindsASecretAnywhereInAText) {
  const auto scanner = scanner_of(secret_rule("t", token, Action::redact));
  const std::string filler(100, 'x');
  for (std::size_t before = 0; before < filler.size(); ++before) {
    const auto text = filler.substr(0, before) + std::string(token) + "tail";
    EXPECT_EQ(replaced(*scanner, text), filler.substr(0, before) + "[REDACTED:t]tail");
  }
}

TEST(Scanner, FindsASecretInEachOfItsDisguises) {
  const auto scanner = scanner_of(secret_rule("t", token, Action::redact));
  for (const auto& disguise : secrets::disguises_of(token)) {
    const auto text = "a=" + std::string(disguise.reveal()) + ";";
    EXPECT_FALSE(scanner->find(text).empty()) << text;
  }
}

TEST(Scanner, FindsShortSecrets) {
  const auto scanner = scanner_of(secret_rule("pin", "4711", Action::redact));
  for (const std::string before : {"", "a", "ab", "abc", "abcd"})
    EXPECT_EQ(replaced(*scanner, before + "4711."), before + "[REDACTED:pin].");
}

TEST(Scanner, ReplacesTheSecretsOfTwoRulesOfOneName) {
  const auto scanner = scanner_of(
      secret_rule("t", "first-secret", Action::redact),
      secret_rule("t", "other-secret", Action::redact));
  EXPECT_EQ(replaced(*scanner, "first-secret other-secret"), "[REDACTED:t] [REDACTED:t]");
}

TEST(Scanner, LooksStillForWhatTheOneBeforeItLookedForByARuleOfTheSameName) {
  const auto first = scanner_of(
      secret_rule("t", "first-secret", Action::redact),
      secret_rule("u", "other-secret", Action::redact));
  const auto second = scanner_after(first.get(), secret_rule("t", "second-secret", Action::redact));
  EXPECT_EQ(
      replaced(*second, "first-secret second-secret other-secret"),
      "[REDACTED:t] [REDACTED:t] other-secret");
  const auto third = scanner_after(second.get(), secret_rule("t", "second-secret", Action::redact));
  EXPECT_EQ(replaced(*third, "first-secret"), "[REDACTED:t]");
}

TEST(Scanner, OfManyFormerValuesLooksForTheNewest) {
  std::shared_ptr<const Scanner> scanner;
  for (int i = 100; i < 200; ++i) {
    const auto value = "secret-number-" + std::to_string(i);
    scanner = scanner_after(scanner.get(), secret_rule("t", value, Action::redact));
  }
  EXPECT_EQ(replaced(*scanner, "secret-number-190"), "[REDACTED:t]");
  EXPECT_EQ(replaced(*scanner, "secret-number-110"), "secret-number-110");
}

TEST(Scanner, ReplacesWhatOverlapsAsOne) {
  const auto scanner = scanner_of(
      secret_rule("a", "abcdefgh", Action::redact), secret_rule("b", "efghijkl", Action::redact));
  EXPECT_EQ(replaced(*scanner, "<abcdefghijkl>"), "<[REDACTED:a]>");
}

TEST(Scanner, LeavesInPlaceWhatIsOnlyLogged) {
  const auto scanner = scanner_of(secret_rule("t", "first-secret", Action::log));
  EXPECT_EQ(replaced(*scanner, "first-secret"), "first-secret");
  EXPECT_EQ(
      scanner->replaced("first-secret", scanner->find("first-secret"), Action::log),
      "[REDACTED:t]");
}

TEST(Scanner, TakesTheLongestMatchOfAPattern) {
  const auto scanner =
      scanner_of(pattern_rule("p", "key-[a-z]+|key-[a-z]+-[0-9]+", Action::redact));
  EXPECT_EQ(replaced(*scanner, "x key-abc-12 y"), "x [REDACTED:p] y");
}

TEST(Scanner, FindsPatternsThatVectorscanCannotExpress) {
  for (const std::string pattern :
       {R"(\x6bey[0-9]{4})", R"(\pLey[0-9]{4})", R"(\Qkey\E[0-9]{4})", R"((?P<name>key)[0-9]{4})",
        R"((?-m)key[0-9]{4})", R"((?:k(?:e)(?:y))[0-9]{4})", R"(kéy[0-9]{4}|key[0-9]{4})"}) {
    const auto scanner = scanner_of(pattern_rule("p", pattern, Action::redact));
    EXPECT_EQ(replaced(*scanner, "a key1234 b"), "a [REDACTED:p] b") << pattern;
  }
}

TEST(Scanner, SeesTheBeginningAndTheEndOfATextWhereAPatternDoes) {
  const auto scanner = scanner_of(pattern_rule("p", "^key[0-9]+$", Action::redact));
  EXPECT_EQ(replaced(*scanner, "key1"), "[REDACTED:p]");
  EXPECT_EQ(replaced(*scanner, "a key1"), "a key1");
  EXPECT_EQ(replaced(*scanner, "key1\nb"), "key1\nb");
}

TEST(Scanner, TellsTheMostSevereAction) {
  const auto scanner = scanner_of(
      secret_rule("a", "first-secret", Action::log),
      secret_rule("b", "other-secret", Action::block), pattern_rule("c", "third", Action::redact));
  EXPECT_EQ(scanner->worst(scanner->find("nothing")), std::nullopt);
  EXPECT_EQ(scanner->worst(scanner->find("first-secret third")), Action::redact);
  EXPECT_EQ(scanner->worst(scanner->find("first-secret third other-secret")), Action::block);
}

TEST(Scanner, RefusesASourceThatGivesNothing) {
  Settings settings;
  settings.rules.push_back({.name = "db", .origin = {.file = "c.toml", .line = 3}});
  settings.rules[0].source.env = "UNSET";
  const auto scanner = test::create(settings);
  ASSERT_FALSE(scanner);
  EXPECT_EQ(
      scanner.error().message,
      "redaction rule \"db\" (c.toml:3): the environment variable UNSET is not set");
}

TEST(Scanner, RefusesASecretThatIsTooShort) {
  Settings settings;
  settings.rules.push_back(secret_rule("db", "abc", Action::block));
  const auto scanner = test::create(settings);
  ASSERT_FALSE(scanner);
  EXPECT_TRUE(scanner.error().message.contains("too short"));
  EXPECT_FALSE(scanner.error().to_string().contains("abc"));
}

TEST(Scanner, RefusesABadPattern) {
  for (const std::string pattern : {"(", "a{2000}", "x*", "(?=a)"}) {
    Settings settings;
    settings.rules.push_back(pattern_rule("p", pattern, Action::block));
    EXPECT_FALSE(test::create(settings)) << pattern;
  }
}

TEST(Scanner, RefusesAnUnknownDetectorAndSaysWhichIsNear) {
  const auto scanner = test::create({.detectors = {"github-tokens"}});
  ASSERT_FALSE(scanner);
  EXPECT_EQ(scanner.error().hint, "did you mean \"github-token\"?");
}

TEST(Scanner, RefusesARuleThatFindsACredential) {
  const auto scanner = scanner_of(pattern_rule("p", "ghp_[a-z]+", Action::block));
  const secrets::NamedSecret credentials[] = {{"other", "unlike"}, {"github", "Bearer ghp_abcdef"}};
  const auto checked = scanner->check_against(credentials);
  ASSERT_FALSE(checked);
  EXPECT_EQ(
      checked.error().message,
      "redaction rule \"p\" (c.toml:9) finds the credential \"github\", which is added to "
      "requests");
}

TEST(Scanner, LetsADetectorKnowTheFormOfACredential) {
  const auto scanner = test::detecting({"github-token"});
  const auto value = "ghp_" + std::string(18, 'a') + std::string(18, '1');
  const secrets::NamedSecret credentials[] = {{"github", value}};
  EXPECT_FALSE(scanner->find(value).empty());
  EXPECT_TRUE(scanner->check_against(credentials));
}

TEST(Scanner, KeepsItsDatabaseFromOneStartToTheNext) {
  const auto cache = std::filesystem::temp_directory_path() / ("redact-" + base::uuid_v7());
  const secrets::Environment environment;
  const auto made = [&] {
    Settings settings;
    settings.rules.push_back(pattern_rule("p", "key-[0-9]{4}", Action::redact));
    return Scanner::create(
               settings, {.environment = environment, .home = "/", .env_files = {}, .cache = cache})
        .value();
  };
  EXPECT_EQ(replaced(*made(), "key-1234"), "[REDACTED:p]");
  ASSERT_FALSE(std::filesystem::is_empty(cache));
  EXPECT_EQ(replaced(*made(), "key-1234"), "[REDACTED:p]");
  std::filesystem::resize_file(std::filesystem::directory_iterator(cache)->path(), 50);
  EXPECT_EQ(replaced(*made(), "key-1234"), "[REDACTED:p]");
  std::filesystem::remove_all(cache);
}

}  // namespace
}  // namespace redact
