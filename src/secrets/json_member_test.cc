// SPDX-License-Identifier: Apache-2.0
#include "secrets/json_member.h"

#include <gtest/gtest.h>

#include <string>

namespace secrets {
namespace {

std::string member(std::string_view text, std::string_view path) {
  const auto found = json_member(text, path);
  if (!found) return "error: " + found.error().message;
  return *found ? std::string((*found)->reveal()) : "nothing";
}

TEST(JsonMember, IsFoundByItsNames) {
  EXPECT_EQ(member(R"({"a":{"b":{"c":"x\u0041\n"}}})", "a.b.c"), "xA\n");
}

TEST(JsonMember, IsFoundByItsIndex) {
  EXPECT_EQ(member(R"({"a":[{"t":"zero"},{"t":"one"}]})", "a.1.t"), "one");
  EXPECT_EQ(member(R"(["x"])", "0"), "x");
}

TEST(JsonMember, OfAnObjectMayLookLikeAnIndex) { EXPECT_EQ(member(R"({"0":"x"})", "0"), "x"); }

TEST(JsonMember, MayBeANumberOrATruthValue) {
  EXPECT_EQ(member(R"({"n":12345678901})", "n"), "12345678901");
  EXPECT_EQ(member(R"({"t":true})", "t"), "true");
}

TEST(JsonMember, ThatIsNotThereIsNothing) {
  for (const auto path : {"b", "a.b", "l.2", "l.-1", "l.x", "n", "a."})
    EXPECT_EQ(member(R"({"a":"x","l":[1,2],"n":null})", path), "nothing") << path;
}

TEST(JsonMember, ThatHoldsOthersIsAnError) {
  EXPECT_EQ(member(R"({"a":{"b":1}})", "a"), "error: its member a is an object or an array");
}

TEST(JsonMember, OfWhatIsNotJsonIsAnErrorThatHoldsNothingOfIt) {
  EXPECT_EQ(member(R"({"a":"hush)", "a"), "error: it is not JSON");
}

TEST(JsonMember, IsNotFoundBelowTooManyLevels) {
  EXPECT_EQ(member(std::string(10000, '['), "0"), "error: it is not JSON");
}

}  // namespace
}  // namespace secrets
