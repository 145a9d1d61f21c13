// SPDX-License-Identifier: Apache-2.0
#include "config/mistake_place.h"

#include <gtest/gtest.h>

#include "config/toml.h"

namespace {

using namespace config;

/// "line:column" of what the message is about.
std::string place_in(std::string_view text, std::string message) {
  const auto file = *parse_toml(text, "c.toml");
  const auto place = place_of_mistake({.message = std::move(message)}, file.entries()[0].value);
  return std::to_string(place.line) + ":" + std::to_string(place.column);
}

constexpr std::string_view section =
    "[x]\nurls = [\"a\", \"b\\u001b\"]\nname = \"x\"\nid = \"7\"\n";

TEST(MistakePlace, IsTheValueThatIsQuoted) {
  EXPECT_EQ(place_in(section, "login `x`: `a` is no URL"), "2:9");
  EXPECT_EQ(place_in(section, "login `x`: `b\\x1b` is no URL"), "2:14");
}

TEST(MistakePlace, IsTheKeyThatIsNamed) {
  EXPECT_EQ(place_in(section, "login `x`: its id is no number"), "4:6");
  EXPECT_EQ(place_in(section, "`id` is not for this type"), "4:6");
}

TEST(MistakePlace, IsTheSectionWhereNothingElseIsKnown) {
  EXPECT_EQ(place_in(section, "login `x`: it has no host"), "1:1");
}

TEST(MistakePlace, IsNotWhatEqualsTheNameOfTheSection) {
  EXPECT_EQ(place_in(section, "login `x`: nothing fits"), "1:1");
}

}  // namespace
