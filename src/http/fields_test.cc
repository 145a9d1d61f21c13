// SPDX-License-Identifier: Apache-2.0
#include "http/fields.h"

#include <gtest/gtest.h>

namespace http {
namespace {

using Values = std::vector<std::string_view>;

TEST(Fields, FindsInAnyCaseAndKeepsTheSpelling) {
  const Fields fields{{"X-Api-Key", "1"}};
  EXPECT_EQ(fields.find("x-api-KEY"), "1");
  EXPECT_EQ(fields.find("x-api"), std::nullopt);
  EXPECT_EQ(fields.begin()->name, "X-Api-Key");
}

TEST(Fields, GivesEveryValueInOrder) {
  const Fields fields{{"Set-Cookie", "a"}, {"Date", "d"}, {"set-cookie", "b"}};
  EXPECT_EQ(fields.all("Set-Cookie"), (Values{"a", "b"}));
  EXPECT_EQ(fields.count("Set-Cookie"), 2U);
}

TEST(Fields, SetReplacesTheFirstAndRemovesTheOthers) {
  Fields fields{{"A", "1"}, {"B", "2"}, {"a", "3"}};
  fields.set("a", "4");
  EXPECT_EQ(fields, (Fields{{"A", "4"}, {"B", "2"}}));
}

TEST(Fields, SetAddsWhatIsNotThere) {
  Fields fields{{"A", "1"}};
  fields.set("B", "2");
  EXPECT_EQ(fields, (Fields{{"A", "1"}, {"B", "2"}}));
}

TEST(Fields, EraseTellsHowManyWent) {
  Fields fields{{"A", "1"}, {"B", "2"}, {"a", "3"}};
  EXPECT_EQ(fields.erase("A"), 2U);
  EXPECT_EQ(fields.erase("A"), 0U);
  EXPECT_EQ(fields, (Fields{{"B", "2"}}));
}

TEST(Fields, ReadsListsOverSeveralFields) {
  const Fields fields{{"Connection", "close , ,X-A"}, {"connection", "\tUpgrade"}};
  EXPECT_EQ(fields.tokens("connection"), (Values{"close", "X-A", "Upgrade"}));
  EXPECT_TRUE(fields.has_token("connection", "upgrade"));
  EXPECT_FALSE(fields.has_token("connection", "x"));
}

}  // namespace
}  // namespace http
