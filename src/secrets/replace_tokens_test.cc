// SPDX-License-Identifier: Apache-2.0
#include "secrets/replace_tokens.h"

#include <gtest/gtest.h>

#include <vector>

namespace secrets {
namespace {

/// What becomes of an answer whose access tokens are replaced; the error, if there is one.
std::string replaced(std::string_view answer) {
  const auto out = replace_tokens(answer, [](std::string_view member, std::string_view) {
    return member == "access_token" ? std::optional<std::string>("SENTINEL") : std::nullopt;
  });
  return out ? *out : "error: " + out.error().message;
}

TEST(ReplaceTokens, KeepsTheRestOfAJsonObject) {
  EXPECT_EQ(
      replaced(R"({"token_type":"Bearer", "access_token":"a-1", "expires_in":3600,"n":null})"),
      R"({"token_type":"Bearer", "access_token":"SENTINEL", "expires_in":3600,"n":null})");
}

TEST(ReplaceTokens, ReadsEscapesOfNamesAndValues) {
  std::vector<std::string> seen;
  const auto out = replace_tokens(
      R"({"access\u005ftoken":"a\/b\u002b"})",
      [&](std::string_view member, std::string_view value) {
        seen.emplace_back(std::string(member) + "=" + std::string(value));
        return std::optional<std::string>("x");
      });
  EXPECT_EQ(seen, std::vector<std::string>{"access_token=a/b+"});
  EXPECT_EQ(out, R"({"access\u005ftoken":"x"})");
}

TEST(ReplaceTokens, FindsMembersAtAnyDepth) {
  EXPECT_EQ(
      replaced(R"({"user":{"access_token":"a"},"all":[{"access_token":"b"},1]})"),
      R"({"user":{"access_token":"SENTINEL"},"all":[{"access_token":"SENTINEL"},1]})");
}

TEST(ReplaceTokens, LeavesNoSecondMemberOfOneName) {
  const auto out = replaced(R"({"access_token":"first-1","access_token":"second-2"})");
  EXPECT_FALSE(out.contains("first") || out.contains("second")) << out;
}

TEST(ReplaceTokens, LeavesNumbersAsTheyAreWritten) {
  const std::string_view text =
      R"({"id":12345678901234567890123, "rate":0.10,"far":[0e0623,1e400]})";
  EXPECT_EQ(replaced(text), text);
}

TEST(ReplaceTokens, LeavesWhatIsNoString) {
  EXPECT_EQ(replaced(R"({"access_token":12})"), R"({"access_token":12})");
}

TEST(ReplaceTokens, ReadsForms) {
  EXPECT_EQ(
      replaced("access_token=gho_1%2B2&scope=repo%2Cgist&token_type=bearer&flag"),
      "access_token=SENTINEL&scope=repo%2Cgist&token_type=bearer&flag");
  EXPECT_EQ(replaced("access%5ftoken=a+b"), "access%5ftoken=SENTINEL");
  EXPECT_EQ(replaced("&[s=&access_token=a&"), "&[s=&access_token=SENTINEL&");
}

TEST(ReplaceTokens, ToleratesBlanksAround) {
  EXPECT_EQ(replaced("\r\n {\"a\":1} \n"), R"({"a":1})");
}

TEST(ReplaceTokens, RefusesWhatCannotBeRead) {
  for (const std::string_view text :
       {"", "<html>access_token=a</html>", "{\"access_token\":\"a\"", "access_token", "{} {}",
        "\xEF\xBB\xBF{}", "a = b"})
    EXPECT_TRUE(replaced(text).starts_with("error: it is n")) << text;
  EXPECT_EQ(replaced(std::string(100, '[') + std::string(100, ']')), "error: it is not JSON");
}

}  // namespace
}  // namespace secrets
