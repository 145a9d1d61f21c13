// SPDX-License-Identifier: Apache-2.0
#include "sandbox/view.h"

#include <gtest/gtest.h>

namespace sandbox {
namespace {

std::vector<std::string> destinations(const View& view) {
  std::vector<std::string> all;
  for (const auto& mount : view.mounts())
    all.push_back(mount.destination);
  return all;
}

TEST(View, MountsParentsBeforeTheirChildren) {
  View view;
  for (const char* path : {"/a/b/c", "/a-b", "/a", "/a/b", "/"})
    view.add({.destination = path});
  EXPECT_EQ((std::vector<std::string>{"/", "/a", "/a/b", "/a/b/c", "/a-b"}), destinations(view));
}

TEST(View, KeepsTheLaterOfTwoMountsOnOneDestination) {
  View view;
  view.add({.destination = "/a", .source = "/1"});
  view.add({.destination = "/a", .source = "/2"});
  ASSERT_EQ(1U, view.mounts().size());
  EXPECT_EQ("/2", view.mounts()[0].source);
}

TEST(View, HidesAFileWhereverABindShowsIt) {
  View view;
  view.add({.destination = "/project", .source = "/host/project"});
  view.add({.destination = "/other", .source = "/host"});
  view.hide("/host/project/.env", false, "secret");
  EXPECT_EQ(
      (std::vector<std::string>{"/other", "/other/project/.env", "/project", "/project/.env"}),
      destinations(view));
}

TEST(View, HidesNothingThatNoBindShows) {
  View view;
  view.add({.destination = "/project", .source = "/host/project"});
  view.hide("/host/elsewhere", true, "secret");
  EXPECT_EQ(1U, view.mounts().size());
}

TEST(View, SeesThatAMountCoversWhatIsBelowIt) {
  View view;
  view.add({.destination = "/", .source = "/"});
  view.add({.kind = MountKind::tmpfs, .destination = "/tmp"});
  EXPECT_TRUE(view.places_of("/tmp/x").empty());
  EXPECT_EQ(std::vector<std::string>{"/var/x"}, view.places_of("/var/x"));
}

TEST(View, TakesANameForANameAndNotForAPrefix) {
  EXPECT_TRUE(is_within("/a/b", "/a"));
  EXPECT_TRUE(is_within("/a", "/a"));
  EXPECT_TRUE(is_within("/a", "/"));
  EXPECT_FALSE(is_within("/ab", "/a"));
  EXPECT_EQ("/x/c", rebase("/a/b/c", "/a/b", "/x"));
  EXPECT_EQ("/c", rebase("/a/c", "/a", "/"));
  EXPECT_EQ("/x/c", rebase("/c", "/", "/x"));
}

}  // namespace
}  // namespace sandbox
