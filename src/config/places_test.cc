// SPDX-License-Identifier: Apache-2.0
#include "config/places.h"

#include <gtest/gtest.h>

#include "config/include.h"

namespace {

using namespace config;

TEST(Places, FollowTheXdgVariables) {
  const auto places = *places_of(
      {{"HOME", "/h"},
       {"XDG_CONFIG_HOME", "/c"},
       {"XDG_DATA_HOME", "/d"},
       {"XDG_STATE_HOME", "/s"},
       {"XDG_RUNTIME_DIR", "/r"}});
  EXPECT_EQ(places.user_file(), "/c/lazaret/config.toml");
  EXPECT_EQ(places.trust_store(), "/d/lazaret/trusted.json");
  EXPECT_EQ(places.authority(), "/d/lazaret/ca");
  EXPECT_EQ(places.state, "/s/lazaret");
  EXPECT_EQ(places.control_socket(42), "/r/lazaret/42.sock");
}

TEST(Places, FallBackBelowTheHomeDirectory) {
  const auto places = *places_of({{"HOME", "/h"}, {"XDG_DATA_HOME", "relative"}});
  EXPECT_EQ(places.config, "/h/.config/lazaret");
  EXPECT_EQ(places.data, "/h/.local/share/lazaret");
  EXPECT_EQ(places.runtime, "/h/.local/share/lazaret/run");
}

TEST(Places, NeedAHomeDirectory) { EXPECT_FALSE(places_of({})); }

TEST(Slug, TellsDirectoriesOfOneNameApart) {
  EXPECT_NE(slug_of("/a/app"), slug_of("/b/app"));
  EXPECT_EQ(slug_of("/a/app").substr(0, 4), "app-");
  EXPECT_EQ(slug_of("/a/app").size(), 12U);
}

TEST(Slug, HasNoOddCharacters) { EXPECT_EQ(slug_of("/a/my app\n").substr(0, 8), "my_app_-"); }

TEST(Include, MatchesTheProjectLevelByLevel) {
  const auto holds = [](std::string_view condition, std::string_view project) {
    return *include_holds(condition, project, "/home/u");
  };
  EXPECT_TRUE(holds("dir:~/work/**", "/home/u/work/a/b"));
  EXPECT_TRUE(holds("dir:~/work/**", "/home/u/work"));
  EXPECT_FALSE(holds("dir:~/work/**", "/home/u/workshop"));
  EXPECT_TRUE(holds("dir:~/work/*", "/home/u/work/a"));
  EXPECT_FALSE(holds("dir:~/work/*", "/home/u/work/a/b"));
  EXPECT_TRUE(holds("dir:/**/acme/**", "/home/u/acme/x"));
}

TEST(Include, RefusesAnotherKindOfCondition) {
  for (const auto condition : {"", "dir:", "~/work", "env:X", "dir:work"}) {
    EXPECT_FALSE(include_holds(condition, "/p", "/home/u")) << condition;
  }
}

}  // namespace
