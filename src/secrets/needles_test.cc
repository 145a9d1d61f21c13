// SPDX-License-Identifier: Apache-2.0
#include "secrets/needles.h"

#include <gtest/gtest.h>

#include <string>

namespace secrets {
namespace {

Needles needles_of(std::initializer_list<std::string_view> texts) {
  std::vector<base::Secret> needles;
  for (const auto text : texts)
    needles.emplace_back(text);
  return Needles(needles);
}

/// "place:number:size" of the first match.
std::string first_in(const Needles& needles, std::string_view text, std::size_t from = 0) {
  const auto match = needles.find(text, from);
  if (!match) return "none";
  return std::to_string(match->at) + ":" + std::to_string(match->needle) + ":" +
         std::to_string(match->size);
}

TEST(Needles, AreFoundAtEveryPlaceOfAText) {
  const auto needles = needles_of({"four", "a-needle-of-twenty-two"});
  for (std::size_t before = 0; before < 5000; before += before < 40 ? 1 : 13) {
    const std::string filler(before, '.');
    EXPECT_EQ(first_in(needles, filler + "four" + filler), std::to_string(before) + ":0:4");
    EXPECT_EQ(
        first_in(needles, filler + "a-needle-of-twenty-two"), std::to_string(before) + ":1:22");
  }
}

TEST(Needles, TheFirstOfAShortAndALongOneIsFound) {
  const auto needles = needles_of({"short", "a-needle-of-twenty-two"});
  for (std::size_t before = 4060; before < 4110; ++before) {
    const std::string filler(before, '.');
    EXPECT_EQ(
        first_in(needles, filler + "short a-needle-of-twenty-two"),
        std::to_string(before) + ":0:5");
    EXPECT_EQ(
        first_in(needles, filler + "a-needle-of-twenty-two short"),
        std::to_string(before) + ":1:22");
  }
}

TEST(Needles, OfThoseThatBeginTogetherTheLongestIsFound) {
  const auto needles = needles_of({"shared", "shared-beginning-of-two", "shared-begin"});
  EXPECT_EQ(first_in(needles, "a shared-beginning-of-two"), "2:1:23");
  EXPECT_EQ(first_in(needles, "a shared-beginning"), "2:2:12");
}

TEST(Needles, OfTwoOfOneTextTheFirstIsNamed) {
  EXPECT_EQ(first_in(needles_of({"other", "twice", "twice"}), "twice"), "0:1:5");
}

TEST(Needles, AreLookedForFromAPlaceOn) {
  const auto needles = needles_of({"needle"});
  EXPECT_EQ(first_in(needles, "needle needle", 1), "7:0:6");
  EXPECT_EQ(first_in(needles, "needle", 1), "none");
  EXPECT_EQ(first_in(needles, "needle", 100), "none");
}

TEST(Needles, AllAreFoundAlsoThoseThatOverlap) {
  std::vector<Needles::Match> found;
  needles_of({"abcdef", "defghi", "bcd!"}).find_all("abcdefghi", found);
  EXPECT_EQ(found.size(), 2U);
}

TEST(Needles, ATextThatMayGoOnAsOneIsABeginning) {
  const auto needles = needles_of({"needle", "need-a-longer-one"});
  EXPECT_EQ(needles.find_beginning("a need", 0, 100), 2U);
  EXPECT_EQ(needles.find_beginning("a need", 3, 100), std::nullopt);
  EXPECT_EQ(needles.find_beginning("a need", 0, 1), std::nullopt);
  EXPECT_EQ(needles.find_beginning("a needle", 0, 100), std::nullopt);
}

TEST(Needles, NoneAreFoundWhereThereAreNone) {
  EXPECT_TRUE(Needles().empty());
  EXPECT_EQ(first_in(Needles(), "text"), "none");
  EXPECT_EQ(Needles().find_beginning("text", 0, 100), std::nullopt);
}

TEST(Needles, NoneGoesOnBehindALineEndOrBlankThatNoneHas) {
  const auto needles = needles_of({"with blank", "without"});
  EXPECT_EQ(needles.settled_size("some text\nwith"), 10U);
  EXPECT_EQ(needles.settled_size("some\ttext with"), 5U);
  EXPECT_EQ(needles.settled_size("text"), 0U);
  EXPECT_EQ(needles.settled_size(""), 0U);
}

TEST(Needles, NoneGoesOnBehindAnEmptyLineThatNoneHas) {
  const auto needles = needles_of({"one line\nand another\n"});
  EXPECT_EQ(needles.settled_size("some text\n\nmore\n"), 11U);
  EXPECT_EQ(needles.settled_size("some text\r\n\r\nmore\n"), 13U);  // no \r is in it
  EXPECT_EQ(needles_of({"one\r\n\nmore"}).settled_size("text\n\nmore"), 0U);
  EXPECT_EQ(needles_of({"\nand more"}).settled_size("text\n\nmore"), 0U);
}

TEST(Needles, MayGoOnForAsManyBytesAsTheLongestHas) {
  const auto needles = needles_of({"a-needle-of-twenty-two"});
  EXPECT_EQ(needles.reach(), 32U);
  EXPECT_EQ(needles.settled_size(std::string(1000, '.')), 968U);
}

}  // namespace
}  // namespace secrets
