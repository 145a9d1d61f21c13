// SPDX-License-Identifier: Apache-2.0
#include "audit/follow.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "audit/housekeeper.h"
#include "audit/json_line.h"
#include "audit/rotating_file.h"
#include "audit/test_directory.h"

namespace audit {
namespace {

using namespace std::chrono_literals;

std::string line(std::string_view url) {
  std::string out;
  append_json_line(out, test::exchange(url));
  return out;
}

/// Follows a directory in a thread of its own and collects what it is given.
class Follower {
public:
  Follower(const std::filesystem::path& directory, const Query& query = {})
      : thread_([this, directory, query](const std::stop_token& stop) {
          follow(directory, query, [this](const Record& record) { add(record); }, stop);
        }) {}

  /// The URLs, once there are `count`, or after a while.
  std::vector<std::string> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, 3s, [&] { return urls_.size() >= count; });
    return urls_;
  }

private:
  void add(const Record& record) {
    const std::lock_guard lock(mutex_);
    urls_.push_back(record.url);
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> urls_;
  std::jthread thread_;
};

using Urls = std::vector<std::string>;

TEST(Follow, BeginsWithTheLastRecords) {
  const test::Directory directory;
  directory.add("requests_20260131_0000.jsonl", line("a") + line("b") + line("c"));
  Follower follower(directory.path(), {.last = 2});
  EXPECT_EQ(follower.wait_for(2), (Urls{"b", "c"}));
}

TEST(Follow, LooksIntoCompressedFilesForTheLastRecords) {
  const test::Directory directory;
  directory.add("requests_20240115_0000.jsonl", line("a"));
  tidy_directory(directory.path(), request_series, {}, {});
  directory.add("requests_20260131_0000.jsonl", "");
  Follower follower(directory.path());
  EXPECT_EQ(follower.wait_for(1), Urls{"a"});
}

TEST(Follow, GivesEachNewRecordOnce) {
  const test::Directory directory;
  auto file = *RotatingFile::open(directory.path(), request_series, {});
  ASSERT_TRUE(file.write(line("a")));
  Follower follower(directory.path());
  EXPECT_EQ(follower.wait_for(1), Urls{"a"});
  ASSERT_TRUE(file.write(line("b")));
  EXPECT_EQ(follower.wait_for(2), (Urls{"a", "b"}));
}

TEST(Follow, WaitsForTheRestOfALine) {
  const test::Directory directory;
  auto file = *RotatingFile::open(directory.path(), request_series, {});
  const std::string whole = line("a");
  Follower follower(directory.path());
  ASSERT_TRUE(file.write(whole.substr(0, 20)));
  std::this_thread::sleep_for(120ms);
  ASSERT_TRUE(file.write(whole.substr(20)));
  EXPECT_EQ(follower.wait_for(1), Urls{"a"});
}

TEST(Follow, GoesOnAcrossRotation) {
  const test::Directory directory;
  Follower follower(directory.path());
  auto file =
      *RotatingFile::open(directory.path(), request_series, {.max_file = 500, .keep = 1000});
  Urls expected;
  for (int i = 0; i < 50; ++i) {
    expected.push_back(std::to_string(i));
    ASSERT_TRUE(file.write(line(expected.back())));
    std::this_thread::sleep_for(2ms);
  }
  EXPECT_EQ(follower.wait_for(50), expected);
}

TEST(Follow, FollowsSeveralWriters) {
  const test::Directory directory;
  auto one = *RotatingFile::open(directory.path(), request_series, {});
  auto two = *RotatingFile::open(directory.path(), request_series, {});
  Follower follower(directory.path());
  ASSERT_TRUE(one.write(line("one")));
  EXPECT_EQ(follower.wait_for(1), Urls{"one"});
  ASSERT_TRUE(two.write(line("two")));
  EXPECT_EQ(follower.wait_for(2), (Urls{"one", "two"}));
}

TEST(Follow, GivesOnlyWhatMatches) {
  const test::Directory directory;
  directory.add("requests_20260131_0000.jsonl", line("/a") + line("/b") + line("/a2"));
  Follower follower(directory.path(), {.url = "/a"});
  EXPECT_EQ(follower.wait_for(2), (Urls{"/a", "/a2"}));
}

TEST(Follow, WaitsForADirectoryThatIsNotThereYet) {
  const test::Directory directory;
  Follower follower(directory.path() / "later");
  auto file = *RotatingFile::open(directory.path() / "later", request_series, {});
  ASSERT_TRUE(file.write(line("a")));
  EXPECT_EQ(follower.wait_for(1), Urls{"a"});
}

}  // namespace
}  // namespace audit
