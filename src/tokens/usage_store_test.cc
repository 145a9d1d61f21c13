// SPDX-License-Identifier: Apache-2.0
#include "tokens/usage_store.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>

#include <filesystem>
#include <thread>

#include "base/encoding.h"
#include "base/file.h"
#include "tokens/test_support.h"

namespace tokens {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

constexpr std::string_view some_id = "000102030405060708090a0b0c0d0e0f";
constexpr std::string_view another_id = "f00102030405060708090a0b0c0d0e0f";
constexpr Allowance any_amount{};

class UsageStoreTest : public testing::Test {
protected:
  ~UsageStoreTest() override { std::filesystem::remove_all(directory_); }

  /// A request that is counted with tokens that end then.
  void count_until(std::optional<base::WallTime> end, std::string_view id = some_id) const {
    EXPECT_TRUE(store_.count(id, {.until = end}, 1, 10).value());
  }
  bool has_file(std::string_view id = some_id) const {
    return std::filesystem::exists(directory_ / id);
  }
  base::Fd lock() const {
    base::Fd file(::open((directory_ / some_id).c_str(), O_RDWR | O_CLOEXEC));
    EXPECT_EQ(::flock(file.get(), LOCK_EX), 0);
    return file;
  }

  std::filesystem::path directory_ =
      std::filesystem::temp_directory_path() / ("usage-" + base::to_hex(base::random_bytes(6)));
  UsageStore store_{directory_};
};

TEST_F(UsageStoreTest, KnowsNothingOfATokenThatWasNeverCounted) {
  EXPECT_EQ(store_.used(some_id).value().requests, 0U);
}

TEST_F(UsageStoreTest, LeavesNothingOnDiskWhenItIsAsked) {
  ASSERT_TRUE(store_.used(some_id));
  EXPECT_FALSE(std::filesystem::exists(directory_));
}

TEST_F(UsageStoreTest, AddsUpWhatIsCounted) {
  ASSERT_TRUE(store_.count(some_id, any_amount, 1, 5).value());
  ASSERT_TRUE(store_.count(some_id, any_amount, 0, 6).value());
  EXPECT_EQ(store_.used(some_id).value().requests, 1U);
  EXPECT_EQ(store_.used(some_id).value().bytes_up, 11U);
}

TEST_F(UsageStoreTest, CountsEachMintingByItself) {
  ASSERT_TRUE(store_.count(some_id, any_amount, 1, 0).value());
  EXPECT_EQ(store_.used(another_id).value().requests, 0U);
}

TEST_F(UsageStoreTest, CountsNothingBeyondTheAllowance) {
  const Allowance two{.requests = 2};
  EXPECT_TRUE(store_.count(some_id, two, 1, 0).value());
  EXPECT_TRUE(store_.count(some_id, two, 1, 0).value());
  EXPECT_FALSE(store_.count(some_id, two, 1, 0).value());
  EXPECT_EQ(store_.used(some_id).value().requests, 2U);
}

TEST_F(UsageStoreTest, GoesOnWithTheCountOfAnEarlierVersion) {
  ASSERT_TRUE(base::make_directories(directory_));
  ASSERT_TRUE(base::write_file(directory_ / some_id, "7 300" + std::string(36, ' ') + "\n"));
  ASSERT_TRUE(store_.count(some_id, any_amount, 1, 5).value());
  EXPECT_EQ(store_.used(some_id).value().requests, 8U);
  EXPECT_EQ(store_.used(some_id).value().bytes_up, 305U);
}

TEST_F(UsageStoreTest, KeepsItsCountsWithinWhatEarlierVersionsRead) {
  count_until(today);
  const auto text = base::read_file(directory_ / some_id).value();
  EXPECT_EQ(text.substr(0, 64), "1 10" + std::string(59, ' ') + "\n");
}

TEST_F(UsageStoreTest, RefusesAFileThatItCannotUnderstand) {
  ASSERT_TRUE(base::make_directories(directory_));
  ASSERT_TRUE(base::write_file(directory_ / some_id, "many\n"));
  EXPECT_FALSE(store_.used(some_id));
  EXPECT_FALSE(store_.count(some_id, any_amount, 1, 0));
}

TEST_F(UsageStoreTest, ForgetsTokensADayAfterTheirEnd) {
  count_until(today);
  store_.forget_ended(today + hours(25));
  EXPECT_FALSE(has_file());
}

TEST_F(UsageStoreTest, ForgetsNoTokenThatMayStillBeUsed) {
  count_until(today);
  store_.forget_ended(today + hours(23));
  EXPECT_TRUE(has_file());
}

TEST_F(UsageStoreTest, ForgetsNoTokenWhoseEndIsNotKnown) {
  count_until(std::nullopt);
  store_.forget_ended(today);
  EXPECT_TRUE(has_file());
}

TEST_F(UsageStoreTest, ForgetsNoTokenThatEverCountedWithoutAnEnd) {
  count_until(std::nullopt);
  count_until(today);
  store_.forget_ended(today + hours(25));
  EXPECT_TRUE(has_file());
}

TEST_F(UsageStoreTest, TakesTheLaterOfTwoEnds) {
  count_until(today + hours(48));
  count_until(today);
  store_.forget_ended(today + hours(25));
  EXPECT_TRUE(has_file());
}

TEST_F(UsageStoreTest, ForgetsNothingThatAnEarlierVersionCounted) {
  ASSERT_TRUE(base::make_directories(directory_));
  ASSERT_TRUE(base::write_file(directory_ / some_id, "7 300" + std::string(36, ' ') + "\n"));
  count_until(today);
  store_.forget_ended(today + hours(25));
  EXPECT_TRUE(has_file());
}

TEST_F(UsageStoreTest, ForgetsFilesInWhichNothingWasCounted) {
  ASSERT_TRUE(base::make_directories(directory_));
  ASSERT_TRUE(base::write_file(directory_ / some_id, ""));
  store_.forget_ended(base::now());
  EXPECT_TRUE(has_file()) << "it may be one that is about to be written";
  store_.forget_ended(base::now() + hours(25));
  EXPECT_FALSE(has_file());
}

TEST_F(UsageStoreTest, ForgetsTheOthersOfOneThatIsKept) {
  count_until(today);
  count_until(std::nullopt, another_id);
  store_.forget_ended(today + hours(25));
  EXPECT_FALSE(has_file(some_id));
  EXPECT_TRUE(has_file(another_id));
}

TEST_F(UsageStoreTest, RemovesNothingThatIsNotItsOwn) {
  count_until(today);
  ASSERT_TRUE(base::write_file(directory_ / "notes", ""));
  store_.forget_ended(base::now() + hours(25));
  EXPECT_TRUE(std::filesystem::exists(directory_ / "notes"));
}

TEST_F(UsageStoreTest, ForgetsNothingThatIsInUse) {
  count_until(today);
  const base::Fd held = lock();
  store_.forget_ended(today + hours(25));
  EXPECT_TRUE(has_file());
}

TEST_F(UsageStoreTest, CountsWhereOthersFindItWhenTheFileWasRemovedMeanwhile) {
  count_until(today);
  base::Fd held = lock();
  std::thread counting([&] { EXPECT_TRUE(store_.count(some_id, any_amount, 1, 0).value()); });
  std::this_thread::sleep_for(milliseconds(50));  // now it waits for the lock
  std::filesystem::remove(directory_ / some_id);
  held = base::Fd();
  counting.join();
  EXPECT_EQ(store_.used(some_id).value().requests, 1U);
}

}  // namespace
}  // namespace tokens
