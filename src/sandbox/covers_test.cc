// SPDX-License-Identifier: Apache-2.0
#include "sandbox/covers.h"

#include <gtest/gtest.h>

namespace sandbox {
namespace {

const Mount host_etc{.destination = "/etc", .source = "/host/etc"};

Mount file(std::string path, std::string text = "") {
  return {
      .kind = MountKind::data,
      .destination = std::move(path),
      .source = std::move(text),
      .mode = 0444};
}

Mount empty_directory(std::string path) {
  return {.kind = MountKind::tmpfs, .destination = std::move(path), .mode = 0555};
}

/// How many are left for bubblewrap when nothing can be taken.
void expect_all_left(std::vector<Mount> mounts) {
  const auto before = mounts;
  EXPECT_EQ(take_covers(mounts), std::vector<Cover>{});
  EXPECT_EQ(mounts, before);
}

TEST(Covers, AreFilesAndEmptyDirectoriesOverWhatABindShows) {
  std::vector<Mount> mounts{
      host_etc, file("/etc/passwd", "text"), file("/etc/shadow"),
      empty_directory("/etc/ssl/private")};
  const std::vector<Cover> expected{
      {.path = "/host/etc/passwd", .text = "text"},
      {.path = "/host/etc/shadow"},
      {.path = "/host/etc/ssl/private", .is_directory = true}};
  EXPECT_EQ(take_covers(mounts), expected);
  EXPECT_EQ(mounts, std::vector<Mount>{host_etc});
}

TEST(Covers, AreNotWhatLiesInTheSandboxAlone) {
  expect_all_left(
      {{.kind = MountKind::proc, .destination = "/proc"},
       file("/proc/keys"),
       {.kind = MountKind::tmpfs, .destination = "/run", .mode = 0755},
       file("/run/x"),
       file("/x")});
}

TEST(Covers, AreNotWhatHasOtherPermissions) {
  auto tool = file("/etc/tool");
  tool.mode = 0555;
  expect_all_left(
      {host_etc, {.kind = MountKind::tmpfs, .destination = "/etc/tmp", .mode = 01777}, tool});
}

TEST(Covers, AreNotWhatSomethingIsMountedBelow) {
  expect_all_left({host_etc, empty_directory("/etc/private"), file("/etc/private/shown")});
}

TEST(Covers, AreNotWhatIsShownElsewhere) {
  expect_all_left(
      {host_etc, file("/etc/hosts", "text"), {.destination = "/host", .source = "/host"}});
  expect_all_left(
      {host_etc,
       empty_directory("/etc/keys"),
       {.destination = "/etc2/keys/mine", .source = "/host/etc/keys/mine"}});
}

}  // namespace
}  // namespace sandbox
