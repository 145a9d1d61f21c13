// SPDX-License-Identifier: Apache-2.0
#include "secrets/login_store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/file.h"
#include "secrets/test_support.h"

namespace secrets {
namespace {

using namespace std::chrono_literals;
using test::some_day;

class StoredLogins : public ::testing::Test {
protected:
  FetchedToken token(std::string_view refresh_token) {
    return {
        .token = base::Secret("at-canary"),
        .expires = some_day + 1h,
        .refresh_token = base::Secret(refresh_token)};
  }
  LoginStore::Turn turn(const std::string& login) {
    return std::move(store.take_turn(login)).value().value();
  }

  test::Directory directory;
  LoginStore store{directory.path() / "logins"};
};

TEST_F(StoredLogins, AreNotThereAtFirst) { EXPECT_EQ(turn("a").load().value(), std::nullopt); }

TEST_F(StoredLogins, AreKept) {
  ASSERT_TRUE(turn("a").save(token("rt-2"), some_day));
  ASSERT_TRUE(turn("b").save(token("rt-b"), some_day));
  const auto kept = turn("a").load().value();
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->token.reveal(), "at-canary");
  EXPECT_EQ(kept->expires, some_day + 1h);
  EXPECT_EQ(kept->refresh_token.reveal(), "rt-2");
}

TEST_F(StoredLogins, AreUsedByOneAtATime) {
  auto first = store.take_turn("a").value();
  ASSERT_TRUE(first);
  EXPECT_FALSE(store.take_turn("a").value());
  EXPECT_TRUE(store.take_turn("b").value());
  first.reset();
  EXPECT_TRUE(store.take_turn("a").value());
}

TEST_F(StoredLogins, TellThatOneWasUsedAndNothingKept) {
  EXPECT_EQ(turn("a").lost_since(), std::nullopt);
  turn("a").used(some_day);
  EXPECT_EQ(turn("a").lost_since(), some_day);
  turn("a").used(some_day + 1h);
  EXPECT_EQ(turn("a").lost_since(), some_day);
  EXPECT_EQ(turn("b").lost_since(), std::nullopt);
}

TEST_F(StoredLogins, ForgetAUseWhenWhatCameOfItIsKept) {
  turn("a").used(some_day);
  ASSERT_TRUE(turn("a").save(token("rt-2"), some_day));
  EXPECT_EQ(turn("a").lost_since(), std::nullopt);
}

TEST_F(StoredLogins, ForgetAUseThatWasNone) {
  {
    const auto first = turn("a");
    first.used(some_day);
    first.not_used();
  }
  EXPECT_EQ(turn("a").lost_since(), std::nullopt);
  turn("a").used(some_day);
  turn("a").not_used();  // says nothing of the use before
  EXPECT_EQ(turn("a").lost_since(), some_day);
}

TEST_F(StoredLogins, AreForgottenAfterAYear) {
  ASSERT_TRUE(turn("old").save(token("rt-1"), some_day));
  ASSERT_TRUE(turn("new").save(token("rt-2"), some_day + 24h * 366));
  EXPECT_EQ(turn("old").load().value(), std::nullopt);
}

TEST_F(StoredLogins, AreSealedAndPrivate) {
  ASSERT_TRUE(turn("a").save(token("rt-canary"), some_day));
  for (const auto& each : std::filesystem::directory_iterator(directory.path() / "logins")) {
    struct stat found{};
    ASSERT_EQ(::stat(each.path().c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777U, 0600U) << each.path();
    EXPECT_EQ(base::read_file(each.path()).value().find("canary"), std::string::npos);
  }
}

}  // namespace
}  // namespace secrets
