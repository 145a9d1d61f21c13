// SPDX-License-Identifier: Apache-2.0
#include "redact/head.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "redact/test_support.h"

namespace redact {
namespace {

using test::secret_rule;
using Place = HeadFinding::Place;

constexpr std::string_view secret = "a-secret-of-some-length";

std::vector<std::string> found(
    std::string_view target, std::vector<HeadField> fields, Action action = Action::redact) {
  const auto scanner = test::scanner_of(secret_rule("t", secret, action));
  std::vector<std::string> out;
  for (const auto& each : scan_head(*scanner, target, fields).all())
    out.push_back(where(each, fields));
  return out;
}

using Places = std::vector<std::string>;

TEST(Head, FindsNothingInAnInnocentHead) {
  EXPECT_EQ(found("/v1/chat?x=1", {{"Host", "a.example"}, {"Accept", "*/*"}}), Places{});
}
TEST(Head, FindsASecretInTheUrl) {
  EXPECT_EQ(found("/v1?key=a-secret-of-some-length", {}), Places{"url"});
}
TEST(Head, FindsASecretInAnEscapedUrl) {
  EXPECT_EQ(found("/v1?key=a%2dsecret-of-some%2Dl%65ngth", {}), Places{"url"});
}
TEST(Head, FindsASecretInAFieldsValue) {
  EXPECT_EQ(found("/", {{"X-Key", "k=a-secret-of-some-length"}}), Places{"header:x-key"});
}
TEST(Head, FindsASecretInBasicCredentials) {
  const auto value = "Basic " + base::to_base64("user:" + std::string(secret));
  EXPECT_EQ(found("/", {{"Authorization", value}}), Places{"header:authorization"});
}
TEST(Head, FindsASecretInAFieldsName) {
  EXPECT_EQ(found("/", {{"x-a-secret-of-some-length", "1"}}), Places{"header (name)"});
}
TEST(Head, FindsASecretInSeveralFieldsOfOneName) {
  EXPECT_EQ(
      found("/", {{"X-A", "a-secret-of"}, {"B", "b"}, {"x-a", "-some-length"}}),
      Places{"head (pieces put together)"});
}
TEST(Head, FindsASecretInTheCrumbsOfACookie) {
  EXPECT_EQ(
      found("/", {{"Cookie", "a=a-secret-of; b=-some-length"}}),
      Places{"head (pieces put together)"});
}
TEST(Head, FindsASecretInSegmentsAndParameters) {
  EXPECT_EQ(found("/a-secret-/of-some-length", {}), Places{"head (pieces put together)"});
  EXPECT_EQ(found("/?a=a-secret-of&b=-some-length", {}), Places{"head (pieces put together)"});
}
TEST(Head, BlocksWhatCannotBeReplaced) {
  const auto scanner = test::scanner_of(secret_rule("t", secret, Action::redact));
  const HeadField whole[] = {{"X-A", secret}};
  EXPECT_FALSE(blocks(*scanner, scan_head(*scanner, "/", whole).all()[0]));
  EXPECT_TRUE(blocks(*scanner, scan_head(*scanner, "/a-secret-/of-some-length", {}).all()[0]));
}
TEST(Head, WritesALabelThatATargetMayHave) {
  const auto scanner = test::scanner_of(secret_rule("t", secret, Action::redact));
  const std::string_view target = "/?key=a%2Dsecret-of-some-length&b";
  const auto findings = scan_head(*scanner, target, {}).in(Place::target);
  EXPECT_EQ(replaced_in_target(*scanner, target, findings), "/?key=%5BREDACTED:t%5D&b");
}
TEST(Head, MatchesAPatternAgainstEachValueForItself) {
  const auto scanner = test::scanner_of(test::pattern_rule("p", "^key-[0-9]+$", Action::block));
  const HeadField exact[] = {{"A", "key-1"}, {"B", "b"}};
  const HeadField more[] = {{"A", "key-1 and more"}};
  EXPECT_EQ(scan_head(*scanner, "/", exact).all().size(), 1U);
  EXPECT_TRUE(scan_head(*scanner, "/", more).empty());
}

}  // namespace
}  // namespace redact
