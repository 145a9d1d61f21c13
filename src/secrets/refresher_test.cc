// SPDX-License-Identifier: Apache-2.0
#include "secrets/refresher.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <cstdio>
#include <mutex>

#include "base/file.h"
#include "base/text.h"
#include "secrets/test_support.h"

namespace secrets {
namespace {

using namespace std::chrono_literals;
using Clock = Freshness::Clock;

/// What a refresher does, and a way to wait for it.
class Told {
public:
  void add(const std::string& text) {
    const std::scoped_lock lock(mutex_);
    texts_ += text + ";";
    changed_.notify_all();
  }
  /// True when it ends so within ten seconds.
  bool ends_with(const std::string& expected) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 10s, [&] { return texts_.ends_with(expected); });
  }
  std::string texts() {
    const std::scoped_lock lock(mutex_);
    return texts_;
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string texts_;
};

/// Of a file that holds "first".
class RefresherOfAFile : public ::testing::Test {
protected:
  void SetUp() override { ASSERT_TRUE(base::write_file(file_, "first")); }

  void begin(Refresh refresh, Clock::time_point read = Clock::now()) {
    auto looks = looks_at(refresh.files);
    freshness_ = std::make_shared<Freshness>(std::move(refresh), read, std::move(looks));
    const auto renew = [this]() -> base::Result<> {
      const auto text = TRY(base::read_file(file_));
      if (base::trim(text).empty()) return base::fail(base::ErrorKind::invalid, "it is empty");
      told_.add(text);
      return {};
    };
    refresher_ = Refresher::start(
        {{.name = "key", .freshness = freshness_, .renew = renew}}, waker_,
        [this](const std::string& name, const base::Error& error) {
          told_.add(name + " failed: " + error.message);
        });
  }

  test::Directory directory_;
  std::filesystem::path file_ = directory_.path() / "key";
  Told told_;
  std::shared_ptr<Freshness> freshness_;
  std::shared_ptr<const Waker> waker_ = Waker::create().value();
  std::unique_ptr<Refresher> refresher_;
};

TEST_F(RefresherOfAFile, SeesThatItIsReplaced) {
  begin({.files = {file_}});
  ASSERT_TRUE(base::write_file(file_, "second"));
  EXPECT_TRUE(told_.ends_with("second;"));
}

TEST_F(RefresherOfAFile, SeesThatItIsWrittenInPlace) {
  begin({.files = {file_}});
  std::FILE* const file = std::fopen(file_.c_str(), "w");
  std::fputs("second", file);
  std::fclose(file);
  EXPECT_TRUE(told_.ends_with("second;"));
}

TEST_F(RefresherOfAFile, SeesThatALinkLeadsElsewhere) {
  const auto link = directory_.path() / "link";
  std::filesystem::create_symlink("key", link);
  begin({.files = {link}});
  ASSERT_TRUE(base::write_file(directory_.path() / "other", "other"));
  std::filesystem::create_symlink("other", directory_.path() / "new");
  std::filesystem::rename(directory_.path() / "new", link);
  EXPECT_TRUE(told_.ends_with("first;"));  // asked again; what it reads is its own business
}

TEST_F(RefresherOfAFile, TellsOnceThatItFails) {
  begin({.files = {file_}});
  ASSERT_TRUE(base::write_file(file_, " "));
  EXPECT_TRUE(told_.ends_with("key failed: it is empty;"));
}

TEST_F(RefresherOfAFile, AsksBehindAUse) {
  begin({.after_use = true}, Clock::now() - 1h);
  std::this_thread::sleep_for(50ms);
  EXPECT_EQ(told_.texts(), "");
  ASSERT_TRUE(freshness_->use(Clock::now()));
  waker_->wake();
  EXPECT_TRUE(told_.ends_with("first;"));
}

TEST_F(RefresherOfAFile, AsksWhenItIsOld) {
  begin({.age = 3600s}, Clock::now() - 1h + 100ms);
  EXPECT_TRUE(told_.ends_with("first;"));
  EXPECT_EQ(told_.texts(), "first;");
}

TEST_F(RefresherOfAFile, EndsWhileItWaits) {
  begin({.age = 3600s});
  const auto before = Clock::now();
  refresher_.reset();
  EXPECT_LT(Clock::now() - before, 5s);
}

TEST(Refresher, HasNoThreadWithoutItems) { EXPECT_NE(Refresher::start({}, nullptr, {}), nullptr); }

}  // namespace
}  // namespace secrets
