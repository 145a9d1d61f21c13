// SPDX-License-Identifier: Apache-2.0
#include "secrets/freshness.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "secrets/test_support.h"

namespace secrets {
namespace {

using namespace std::chrono_literals;
using Time = Freshness::Time;

constexpr Time start{1000s};
const FileLooks old_look{{.inode = 1}};
const FileLooks new_look{{.inode = 2}};

TEST(Freshness, LastsWithoutARefresh) {
  const Freshness freshness({}, start, {});
  EXPECT_TRUE(freshness.refresh().is_never());
  EXPECT_FALSE(freshness.is_due(start + 1000h, {}));
  EXPECT_EQ(freshness.due_at(), std::nullopt);
}

TEST(Freshness, EndsWithAge) {
  Freshness freshness({.age = 60s}, start, {});
  EXPECT_FALSE(freshness.is_due(start + 59s, {}));
  EXPECT_TRUE(freshness.is_due(start + 60s, {}));
  EXPECT_EQ(freshness.due_at(), start + 60s);
  freshness.renewed(start + 61s, {});
  EXPECT_FALSE(freshness.is_due(start + 62s, {}));
  EXPECT_EQ(freshness.due_at(), start + 121s);
}

TEST(Freshness, EndsWhenAFileChanges) {
  Freshness freshness({.files = {"f"}}, start, old_look);
  EXPECT_FALSE(freshness.is_due(start + 1h, old_look));
  EXPECT_TRUE(freshness.is_due(start, new_look));
  freshness.renewed(start, new_look);
  EXPECT_FALSE(freshness.is_due(start, new_look));
}

TEST(Freshness, WaitsForAFileThatIsGone) {
  const Freshness freshness({.files = {"f"}}, start, old_look);
  EXPECT_FALSE(freshness.is_due(start, {FileLook()}));
}

TEST(Freshness, EndsBehindAUse) {
  Freshness freshness({.after_use = true}, start, {});
  EXPECT_FALSE(freshness.use(start + 9s));
  EXPECT_FALSE(freshness.is_due(start + 10s, {}));
  EXPECT_TRUE(freshness.use(start + 10s));
  EXPECT_FALSE(freshness.use(start + 10s));  // it was said once
  EXPECT_TRUE(freshness.is_due(start + 10s, {}));
  freshness.renewed(start + 11s, {});
  EXPECT_FALSE(freshness.is_due(start + 11s, {}));
  EXPECT_FALSE(freshness.use(start + 12s));
}

TEST(Freshness, IsNotUsedUpByUsesUnlessItSaysSo) {
  Freshness freshness({.age = 60s}, start, {});
  EXPECT_FALSE(freshness.use(start + 1h));
}

TEST(Freshness, PausesAfterAFailure) {
  Freshness freshness({.files = {"f"}}, start, old_look);
  freshness.failed(start, old_look);
  EXPECT_FALSE(freshness.is_due(start + 9s, old_look));
  EXPECT_TRUE(freshness.is_due(start + 10s, old_look));
  EXPECT_TRUE(freshness.is_due(start, new_look));
  EXPECT_EQ(freshness.due_at(), start + 10s);
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
