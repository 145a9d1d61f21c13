// SPDX-License-Identifier: Apache-2.0
// Examples are put together here, so that nothing that looks like a secret stands in this file.
#include "redact/detectors.h"

#include <gtest/gtest.h>

#include <map>

#include "redact/checks.h"
#include "redact/stream.h"
#include "redact/test_support.h"

namespace redact {
namespace {

/// `count` characters of an alphabet, mixed but always the same.
std::string mixed(std::size_t count, std::string_view alphabet) {
  std::string out;
  std::uint32_t state = 12345;
  while (out.size() < count) {
    state = state * 1664525 + 1013904223;
    out += alphabet[(state >> 16U) % alphabet.size()];
  }
  return out;
}

const std::string upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const std::string lower = "abcdefghijklmnopqrstuvwxyz";
const std::string digits = "0123456789";
std::string word(std::size_t count) { return mixed(count, upper + lower + digits); }

std::multimap<std::string, std::string> positive() {
  const std::string dashes(5, '-');
  return {
      {"private-key", dashes + "BEGIN RSA PRIVATE " + "KEY" + dashes + "\n" + word(64) + "\n" +
                          dashes + "END RSA PRIVATE KEY" + dashes},
      {"private-key", dashes + "BEGIN OPENSSH PRIVATE " + "KEY" + dashes + "\\n" + word(64)},
      {"aws-access-key", "AK" + ("IA" + mixed(16, upper + "234567"))},
      {"aws-secret-key", "AWS_SECRET_ACCESS_KEY=" + word(40)},
      {"gcp-api-key", "AI" + ("za" + word(35))},
      {"gcp-oauth-token", "ya" + ("29." + word(60))},
      {"azure-storage-key", "AccountName=x;AccountKey=" + word(86) + "=="},
      {"azure-client-secret", word(3) + "8" + "Q~" + word(34)},
      {"github-token", "gh" + ("p_" + word(36))},
      {"github-token", "github_" + ("pat_" + word(60))},
      {"gitlab-token", "gl" + ("pat-" + word(20))},
      {"slack-token", "xo" + ("xb-" + mixed(12, digits) + "-" + word(24))},
      {"slack-webhook", "https://hooks.slack.com/" + ("services/T" + mixed(8, upper)) + "/B" +
                            mixed(8, upper) + "/" + word(24)},
      {"stripe-key", "sk_" + ("live_" + word(24))},
      {"openai-key", "sk" + ("-proj-" + word(48))},
      {"anthropic-key", "sk-" + ("ant-api03-" + word(90))},
      {"npm-token", "np" + ("m_" + word(36))},
      {"pypi-token", "py" + ("pi-" + word(120))},
      {"huggingface-token", "h" + ("f_" + mixed(34, upper + lower))},
      {"sendgrid-key", "S" + ("G." + word(22) + "." + word(43))},
      {"twilio-key", "S" + ("K" + mixed(32, "0123456789abcdef"))},
      {"jwt", "ey" + ("J" + word(30) + ".ey" + "J" + word(60) + "." + word(43))},
      {"database-url", "postgres://app:" + word(12) + "@db.example.com/x"},
      {"database-url", "mongodb+srv://app:" + word(12) + "@db.example.com"},
      {"credit-card", "4111" + (" 1111 1111 " + std::string("1111"))},
      {"credit-card", "3782" + ("82246310" + std::string("005"))},
      {"keyword", "\"client_secret\": \"" + word(32) + "\""},
      {"keyword", "password=" + word(24)},
  };
}

bool finds(const Scanner& scanner, std::string_view text) { return !scanner.find(text).empty(); }

TEST(Detectors, FindEachSecretInManySurroundings) {
  for (const auto& [name, secret] : positive()) {
    const auto scanner = test::detecting({name});
    for (const std::string& text :
         {secret, "x=" + secret, "{\"a\":\"" + secret + "\"}", "line\n" + secret + "\nline",
          "text " + secret + ", text"}) {
      EXPECT_TRUE(finds(*scanner, text)) << name << ": " << text;
    }
  }
}

TEST(Detectors, HaveUsablePatterns) {
  for (const auto& detector : detectors()) {
    EXPECT_TRUE(check_pattern(detector.pattern)) << detector.name;
    EXPECT_GT(detector.width, 0U) << detector.name;
  }
}

TEST(Detectors, HaveAnExampleEach) {
  const auto examples = positive();
  for (const auto& detector : detectors())
    EXPECT_TRUE(examples.contains(std::string(detector.name))) << detector.name;
}

TEST(Detectors, FindTheirSecretsHoweverATextIsCut) {
  for (const auto& [name, secret] : positive()) {
    const auto scanner =
        test::create({.detectors = {name}, .detectors_action = Action::redact}).value();
    const auto text = std::string(20000, '.') + "\n" + secret + "\n" + std::string(20000, ',');
    const auto expected = scanner->replaced(text, scanner->find(text));
    for (const std::size_t piece : {16UL, 1000UL, 50000UL}) {
      Stream stream(scanner);
      std::string out;
      for (std::size_t at = 0; at < text.size(); at += piece)
        stream.feed(std::string_view(text).substr(at, piece), false, out);
      stream.feed("", true, out);
      EXPECT_TRUE(out == expected && out != text) << name;
    }
  }
}

TEST(Detectors, LeaveInnocentTextsAlone) {
  const auto scanner = test::detecting({"default"});
  for (const std::string& text :
       {std::string("password=${DB_PASSWORD}"), std::string("password: changeme-please-now"),
        std::string("postgres://user:password@localhost/db"), std::string("token: string"),
        "\"integrity\": \"sha512-" + word(86) + "==\"", "commit " + mixed(40, "0123456789abcdef"),
        std::string("-----BEGIN PUBLIC KEY-----"), std::string("-----BEGIN CERTIFICATE-----"),
        std::string("id 4111111111111112"), std::string("0.4111111111111111"),
        std::string("1764432000000"), std::string("0000 0000 0000 0000"),
        std::string("const token = tokenizer.nextTokenFromStream();"),
        std::string("secretName: my-application-secret-name"), "gh_" + word(36),
        std::string("a1b2c3d4-e5f6-4711-8111-111111111111"), std::string("AKIA-is-a-prefix"),
        "api_key=lazaret-github-" + mixed(32, "0123456789abcdef"),
        std::string("sk-toggleable__content-label-arrow-collapsible-element")}) {
    const auto found = scanner->find(text);
    EXPECT_TRUE(found.empty()) << scanner->rule_of(found[0]).name << ": " << text;
  }
}

TEST(Detectors, CanBeTakenAwayByName) {
  const std::vector<std::string> names = {"default", "-keyword"};
  const auto chosen = detectors_named(names).value();
  EXPECT_EQ(chosen.size() + 1, detectors().size());
}

TEST(Checks, KnowCardNumbersByTheirCheckDigit) {
  EXPECT_TRUE(is_card_number("4111-1111-1111-1111"));
  EXPECT_FALSE(is_card_number("4111-1111-1111-1112"));
  EXPECT_FALSE(is_card_number("9111111111111111"));
  EXPECT_FALSE(is_card_number(""));
}

TEST(Checks, SeeWhereACardNumberMayBe) {
  constexpr auto npos = std::string::npos;
  for (const std::string number :
       {"4111111111111111", "4111 1111 1111 1111", "3782 822463 10005"}) {
    for (std::size_t before = 0; before < 8; ++before)
      EXPECT_NE(next_card_number(std::string(before, 'x') + number + "yyyy", before), npos)
          << number;
  }
  EXPECT_EQ(next_card_number("12 34:;<=>? 56/7 text 20260101 without", 0), npos);
}

}  // namespace
}  // namespace redact
