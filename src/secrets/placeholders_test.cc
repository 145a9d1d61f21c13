// SPDX-License-Identifier: Apache-2.0
#include "secrets/placeholders.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

#include "base/file.h"
#include "secrets/test_support.h"

namespace secrets {
namespace {

using test::https;

PlaceholderSpec placeholder_spec(
    const std::string& name, std::vector<std::string> hosts = {"api.test"}) {
  PlaceholderSpec made{.name = name, .hosts = std::move(hosts)};
  made.source.value = base::Secret("value-of-" + name);
  made.origin = {.file = "config.toml", .line = 7};
  return made;
}

std::string random_text(std::string_view /*name*/ = {}) {
  return "0123456789abcdef0123456789abcdef";
}

base::Result<Placeholders> create(PlaceholderSpec one) {
  std::vector<PlaceholderSpec> specs;
  specs.push_back(std::move(one));
  return Placeholders::create(specs, {}, "/nonexistent", random_text);
}

base::Result<Placeholders> create(PlaceholderSpec one, PlaceholderSpec other) {
  std::vector<PlaceholderSpec> specs;
  specs.push_back(std::move(one));
  specs.push_back(std::move(other));
  return Placeholders::create(specs, {}, "/nonexistent", random_text);
}

std::string placeholder_error(PlaceholderSpec wrong) {
  const auto made = create(std::move(wrong));
  return made ? "no error" : made.error().message;
}

std::string why_not(
    const PlaceholderSpec& spec, const policy::Target& target, Part part = Part::header) {
  return PlaceholderRule::compile(spec, random_text()).value().why_not(target, part);
}

TEST(Placeholders, HaveTheNameAndSomethingRandomInThem) {
  const auto made = create(placeholder_spec("API_KEY")).value();
  EXPECT_EQ(made.all()[0].text(), "lazaret-API_KEY-0123456789abcdef0123456789abcdef");
}

TEST(Placeholders, AreInTheVariableThatIsNamedLikeTheSecret) {
  const auto made = create(placeholder_spec("API_KEY")).value();
  EXPECT_EQ(made.environment().at("API_KEY"), made.all()[0].text());
}

TEST(Placeholders, AreInAnotherVariableOrNoneWhenThatIsSaid) {
  auto other = placeholder_spec("API_KEY");
  other.env = "TOKEN";
  EXPECT_TRUE(create(std::move(other)).value().environment().contains("TOKEN"));
  auto none = placeholder_spec("API_KEY");
  none.env = "";
  EXPECT_TRUE(create(std::move(none)).value().environment().empty());
}

TEST(Placeholders, CanHaveTheFormOfAKey) {
  auto key = placeholder_spec("GITHUB_TOKEN");
  key.placeholder = "ghp_{rand}";
  EXPECT_EQ(create(std::move(key)).value().all()[0].text(), "ghp_" + random_text());
}

TEST(Placeholders, AreRefusedWhenTheyCouldBeWrittenInAnotherWay) {
  auto slashed = placeholder_spec("A");
  slashed.placeholder = "key/{rand}";
  EXPECT_EQ(
      placeholder_error(std::move(slashed)),
      "secret `A`: its placeholder has a character that some texts write in another way");
}

TEST(Placeholders, AreRefusedWhenTheyAreShort) {
  auto brief = placeholder_spec("A");
  brief.placeholder = "key";
  EXPECT_EQ(
      placeholder_error(std::move(brief)),
      "secret `A`: its placeholder has 3 characters; it needs 8 to 256");
}

TEST(Placeholders, OfTwoSecretsAreNotTheSame) {
  auto one = placeholder_spec("A");
  auto other = placeholder_spec("B");
  one.placeholder = other.placeholder = "proxy-managed";
  const auto made = create(std::move(one), std::move(other));
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().message.find("have the same placeholder"), std::string::npos);
}

TEST(Placeholders, LeaveOutASecretWithoutAValueAndSayWhy) {
  auto missing = placeholder_spec("A");
  missing.source = {.env = "NOT_SET"};
  const auto made = create(std::move(missing)).value();
  EXPECT_TRUE(made.empty());
  EXPECT_EQ(made.missing()[0].reason, "the environment variable NOT_SET is not set");
  EXPECT_EQ(made.warnings().size(), 1U);
}

TEST(Placeholders, RefuseAValueThatCouldNotBeKeptOutOfResponses) {
  auto brief = placeholder_spec("A");
  brief.source.value = base::Secret("abc");
  EXPECT_EQ(
      placeholder_error(std::move(brief)), "secret `A`: its value has fewer than 4 characters");
}

TEST(PlaceholderRule, IsForItsHostsAlone) {
  const auto rule = placeholder_spec("A", {"api.test", "*.example.com"});
  EXPECT_EQ(why_not(rule, https("api.test")), "");
  EXPECT_EQ(why_not(rule, https("a.b.example.com")), "");
  EXPECT_EQ(why_not(rule, https("example.com")), "is not for example.com");
}

TEST(PlaceholderRule, IsForNoHostWhenItNamesNone) {
  EXPECT_EQ(why_not(placeholder_spec("A", {}), https("api.test")), "is not for api.test");
}

TEST(PlaceholderRule, DoesNotGoOverPlainHttpUnlessThatIsSaid) {
  policy::Target plain = https("api.test");
  plain.scheme = "http";
  plain.port = 80;
  auto rule = placeholder_spec("A");
  EXPECT_EQ(why_not(rule, plain), "does not go over a connection without TLS");
  rule.allow_plaintext = true;
  EXPECT_EQ(why_not(rule, plain), "");
}

TEST(PlaceholderRule, IsForTheSchemesPortOrThoseItNames) {
  policy::Target other = https("api.test");
  other.port = 8443;
  auto rule = placeholder_spec("A");
  EXPECT_EQ(why_not(rule, other), "is not for port 8443");
  rule.ports = {8443};
  EXPECT_EQ(why_not(rule, other), "");
  EXPECT_EQ(why_not(rule, https("api.test")), "is not for port 443");
}

TEST(PlaceholderRule, CanBeForSomeMethodsPathsAndPartsOnly) {
  auto rule = placeholder_spec("A");
  rule.methods = {"POST"};
  EXPECT_EQ(why_not(rule, https("api.test")), "is not for GET requests");
  rule.methods = {};
  rule.paths = {"/v1/**"};
  EXPECT_EQ(why_not(rule, https("api.test", "/v2/x")), "is not for this path");
  EXPECT_EQ(why_not(rule, https("api.test", "/v1/x")), "");
  rule.in = {Part::body};
  EXPECT_EQ(why_not(rule, https("api.test", "/v1/x")), "is not put into the header");
  EXPECT_EQ(why_not(rule, https("api.test", "/v1/x"), Part::body), "");
}

/// A secret from a file, while it is kept fresh.
class PlaceholdersKeptFresh : public ::testing::Test {
protected:
  void begin(std::string_view value) {
    ASSERT_TRUE(base::write_file(file_, value));
    specs_.push_back(PlaceholderSpec{.name = "KEY", .hosts = {"api.test"}});
    specs_[0].source = {.file = file_.string()};
    placeholders_ = Placeholders::create(specs_, environment_, "/", random_text).value();
    scrubber_ = Scrubber(placeholders_.named());
    refresher_ = placeholders_.keep_fresh(
        specs_, environment_, "/", scrubber_,
        [this](const std::string&, const base::Error&) { failed_ = true; });
  }

  std::string value() const { return std::string(placeholders_.all()[0].value()->reveal()); }

  static bool soon(const std::function<bool()>& holds) {
    for (int i = 0; i < 1000 && !holds(); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return holds();
  }

  test::Directory directory_;
  std::filesystem::path file_ = directory_.path() / "key";
  Environment environment_;
  std::vector<PlaceholderSpec> specs_;
  Placeholders placeholders_;
  Scrubber scrubber_;
  std::atomic<bool> failed_ = false;
  std::unique_ptr<Refresher> refresher_;
};

TEST_F(PlaceholdersKeptFresh, TakeANewValue) {
  begin("first-value");
  const auto text = placeholders_.all()[0].text();
  ASSERT_TRUE(base::write_file(file_, "second-value"));
  EXPECT_TRUE(soon([this] { return value() == "second-value"; }));
  EXPECT_EQ(placeholders_.all()[0].text(), text);
}

TEST_F(PlaceholdersKeptFresh, PutThePlaceholderInPlaceOfOldAndNewValues) {
  begin("first-value");
  ASSERT_TRUE(base::write_file(file_, "second-value"));
  ASSERT_TRUE(soon([this] { return value() == "second-value"; }));
  const auto text = placeholders_.all()[0].text();
  EXPECT_EQ(scrubber_.scrub("first-value second-value"), text + " " + text);
}

TEST_F(PlaceholdersKeptFresh, KeepAValueWhoseSuccessorCannotBeUsed) {
  begin("first-value");
  ASSERT_TRUE(base::write_file(file_, "abc"));
  EXPECT_TRUE(soon([this] { return failed_.load(); }));
  EXPECT_EQ(value(), "first-value");
}

TEST_F(PlaceholdersKeptFresh, LeaveTheOldValueToWhoeverBeganWithIt) {
  begin("first-value");
  const auto began = placeholders_.all()[0].use();
  ASSERT_TRUE(base::write_file(file_, "second-value"));
  ASSERT_TRUE(soon([this] { return value() == "second-value"; }));
  EXPECT_EQ(began->reveal(), "first-value");
}

}  // namespace
}  // namespace secrets
