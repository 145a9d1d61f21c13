// SPDX-License-Identifier: Apache-2.0
#include "secrets/freshness.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "secrets/test_support.h"

namespace secrets {
namespace {

using namespace std::chrono_literals;

constexpr Freshness::Time read_at{1000s};
const FileLooks old_look{{.inode = 1}};
const FileLooks new_look{{.inode = 2}};

TEST(Freshness, LastsWithoutARefresh) {
  const Freshness freshness({}, read_at, {});
  EXPECT_TRUE(freshness.refresh().is_never());
  EXPECT_FALSE(freshness.is_due(read_at + 1000h, {}));
  EXPECT_EQ(freshness.due_at(), std::nullopt);
}

TEST(Freshness, EndsWithAge) {
  Freshness freshness({.age = 60s}, read_at, {});
  EXPECT_FALSE(freshness.is_due(read_at + 59s, {}));
  EXPECT_TRUE(freshness.is_due(read_at + 60s, {}));
  EXPECT_EQ(freshness.due_at(), read_at + 60s);
  freshness.renewed(read_at + 61s, {});
  EXPECT_FALSE(freshness.is_due(read_at + 62s, {}));
  EXPECT_EQ(freshness.due_at(), read_at + 121s);
}

TEST(Freshness, EndsWhenAFileChanges) {
  Freshness freshness({.files = {"f"}}, read_at, old_look);
  EXPECT_FALSE(freshness.is_due(read_at + 1h, old_look));
  EXPECT_TRUE(freshness.is_due(read_at, new_look));
  freshness.renewed(read_at, new_look);
  EXPECT_FALSE(freshness.is_due(read_at, new_look));
}

TEST(Freshness, WaitsForAFileThatIsGone) {
  const Freshness freshness({.files = {"f"}}, read_at, old_look);
  EXPECT_FALSE(freshness.is_due(read_at, {FileLook()}));
}

TEST(Freshness, EndsBehindAUse) {
  Freshness freshness({.after_use = true}, read_at, {});
  EXPECT_FALSE(freshness.use(read_at + 9s));
  EXPECT_FALSE(freshness.is_due(read_at + 10s, {}));
  EXPECT_TRUE(freshness.use(read_at + 10s));
  EXPECT_FALSE(freshness.use(read_at + 10s));  // it was said once
  EXPECT_TRUE(freshness.is_due(read_at + 10s, {}));
  freshness.renewed(read_at + 11s, {});
  EXPECT_FALSE(freshness.is_due(read_at + 11s, {}));
  EXPECT_FALSE(freshness.use(read_at + 12s));
}

TEST(Freshness, IsNotUsedUpByUsesUnlessItSaysSo) {
  Freshness freshness({.age = 60s}, read_at, {});
  EXPECT_FALSE(freshness.use(read_at + 1h));
}

TEST(Freshness, PausesAfterAFailure) {
  Freshness freshness({.files = {"f"}}, read_at, old_look);
  freshness.failed(read_at, old_look);
  EXPECT_FALSE(freshness.is_due(read_at + 9s, old_look));
  EXPECT_TRUE(freshness.is_due(read_at + 10s, old_look));
  EXPECT_TRUE(freshness.is_due(read_at, new_look));
  EXPECT_EQ(freshness.due_at(), read_at + 10s);
}

TEST(FileLook, TellsAFileFromAnother) {
  const test::Directory directory;
  const auto file = directory.path() / "key";
  EXPECT_EQ(FileLook::at(file), FileLook());
  ASSERT_TRUE(base::write_file(file, "a"));
  const auto first = FileLook::at(file);
  EXPECT_EQ(FileLook::at(file), first);
  ASSERT_TRUE(base::write_file(file, "b"));
  EXPECT_NE(FileLook::at(file), first);
}

}  // namespace
}  // namespace secrets
