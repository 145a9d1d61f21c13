// SPDX-License-Identifier: Apache-2.0
#include "redact/json_path.h"

#include <gtest/gtest.h>

namespace redact {
namespace {

std::string path_to(std::string_view text, std::string_view what) {
  return json_path(text, text.find(what));
}

TEST(JsonPath, NamesMembersAndElements) {
  const std::string_view text =
      R"({"a":1,"auth":{"x":[0,{"token":"HERE"}],"y":"THERE"},"z z":"ELSE"})";
  EXPECT_EQ(path_to(text, "HERE"), "$.auth.x[1].token");
  EXPECT_EQ(path_to(text, "THERE"), "$.auth.y");
  EXPECT_EQ(path_to(text, "ELSE"), "$[\"z z\"]");
}
TEST(JsonPath, NamesTheObjectWhenItIsInAName) { EXPECT_EQ(path_to(R"({"aHERE":1})", "HERE"), "$"); }
TEST(JsonPath, IsNotMisledByBracketsInStrings) {
  EXPECT_EQ(path_to(R"(["]}\"{[", "HERE"])", "HERE"), "$[1]");
}
TEST(JsonPath, KnowsNothingOfOtherTexts) {
  EXPECT_EQ(path_to("token=HERE", "HERE"), "");
  EXPECT_EQ(path_to("{]HERE", "HERE"), "");
  EXPECT_EQ(json_path("", 0), "");
}
TEST(JsonPath, EndsAtSixtyFourLevels) {
  EXPECT_TRUE(path_to(std::string(100000, '[') + "HERE", "HERE").ends_with("…"));
}

}  // namespace
}  // namespace redact
