// SPDX-License-Identifier: Apache-2.0
#include "audit/rotating_file.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "audit/housekeeper.h"
#include "audit/test_directory.h"
#include "base/clock.h"

namespace audit {
namespace {

constexpr Rotation small{.max_file = 10, .keep = 3};

RotatingFile open_file(const test::Directory& directory, Rotation rotation = small) {
  auto file = RotatingFile::open(directory.path(), request_series, rotation);
  if (!file) throw std::runtime_error(file.error().to_string());
  return *std::move(file);
}

std::string today(unsigned index, std::string_view more = "") {
  return file_name(request_series, base::to_local_day(base::now()), index).append(more);
}

void tidy(const test::Directory& directory, Rotation rotation = small) {
  tidy_directory(directory.path(), request_series, rotation, {});
}

/// A file of another day.
std::string old(unsigned index, std::string_view more = "") {
  return file_name(request_series, "20240115", index).append(more);
}

using Names = std::vector<std::string>;

TEST(RotatingFile, GoesOnInTodaysLastFile) {
  const test::Directory directory;
  ASSERT_TRUE(open_file(directory).write("one\n"));
  ASSERT_TRUE(open_file(directory).write("two\n"));
  EXPECT_EQ(directory.names(), Names{today(0)});
  EXPECT_EQ(test::lines_of(directory.path() / today(0)), (Names{"one", "two"}));
}

TEST(RotatingFile, BeginsANewFileWhenItIsFull) {
  const test::Directory directory;
  auto file = open_file(directory);
  ASSERT_TRUE(file.write("123456789\n"));
  ASSERT_TRUE(file.write("next\n"));
  EXPECT_EQ(file.path().filename(), today(1));
  EXPECT_EQ(test::lines_of(file.path()), Names{"next"});
}

TEST(RotatingFile, DoesNotTouchAFileThatIsBeingWritten) {
  const test::Directory directory;
  auto one = open_file(directory);
  auto two = open_file(directory);
  EXPECT_NE(one.path(), two.path());
  tidy(directory, {.max_file = 1, .keep = 0});
  EXPECT_EQ(directory.names(), (Names{today(0), today(1)}));
}

TEST(RotatingFile, GoesOnInTheNewestFileThatAnotherSessionLeft) {
  constexpr Rotation roomy{.max_file = 10, .keep = 10};
  const test::Directory directory;
  const auto first = open_file(directory, roomy);
  std::optional<RotatingFile> second(open_file(directory, roomy));
  std::optional<RotatingFile> third(open_file(directory, roomy));
  const auto fourth = open_file(directory, roomy);
  second.reset();
  third.reset();
  EXPECT_EQ(open_file(directory, roomy).path().filename(), today(2));
}

TEST(RotatingFile, PassesFullFilesOver) {
  const test::Directory directory;
  directory.add(today(0), "room\n");
  directory.add(today(1), "123456789\n");
  EXPECT_EQ(open_file(directory).path().filename(), today(0));
}

TEST(RotatingFile, DoesNotGoOnInAFileOfAnotherDay) {
  const test::Directory directory;
  directory.add(old(0), "room\n");
  EXPECT_EQ(open_file(directory).path().filename(), today(0));
}

TEST(RotatingFile, LosesNothingOfManySessionsAtOnce) {
  const test::Directory directory;
  for (int round = 0; round < 2; ++round) {
    std::vector<RotatingFile> sessions;
    sessions.reserve(50);
    for (int i = 0; i < 50; ++i)
      sessions.push_back(open_file(directory, {}));
    for (auto& session : sessions)
      ASSERT_TRUE(session.write("line\n"));
  }
  tidy(directory, {});
  std::size_t lines = 0;
  for (const auto& name : directory.names())
    lines += test::lines_of(directory.path() / name).size();
  EXPECT_EQ(lines, 100U);
  EXPECT_LT(directory.names().size(), 60U);
}

TEST(RotatingFile, KeepsAsManyFullFilesAsAskedFor) {
  const test::Directory directory;
  auto file = open_file(directory);
  for (int i = 0; i < 10; ++i)
    ASSERT_TRUE(file.write("0123456789\n"));
  // The file's own housekeeper is at work too, and what it holds is left alone.
  const Names wanted{today(8, ".gz"), today(9, ".gz"), today(10)};
  for (int i = 0; i < 500 && directory.names() != wanted; ++i) {
    tidy(directory);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(directory.names(), wanted);
}

TEST(RotatingFile, CutsTheTornTailOfAWriterThatDied) {
  const test::Directory directory;
  directory.add(today(0), "one\n{\"torn");
  ASSERT_TRUE(open_file(directory).write("two\n"));
  EXPECT_EQ(test::lines_of(directory.path() / today(0)), (Names{"one", "two"}));
}

TEST(RotatingFile, CutsATailThatIsOneLongLine) {
  const test::Directory directory;
  directory.add(today(0), std::string(9000, 'x'));
  ASSERT_TRUE(open_file(directory, {}).write("two\n"));
  EXPECT_EQ(test::lines_of(directory.path() / today(0)), Names{"two"});
}

TEST(RotatingFile, BeginsAnewWhenItsFileWasRemoved) {
  const test::Directory directory;
  auto file = open_file(directory);
  std::filesystem::remove(file.path());
  ASSERT_TRUE(file.write("one\n"));
  EXPECT_EQ(test::lines_of(file.path()), Names{"one"});
}

TEST(RotatingFile, MakesItsDirectoryAgainWhenThatWasRemoved) {
  const test::Directory directory;
  auto file = *RotatingFile::open(directory.path() / "logs", request_series, small);
  std::filesystem::remove_all(directory.path() / "logs");
  ASSERT_TRUE(file.write("one\n"));
  EXPECT_EQ(test::lines_of(file.path()), Names{"one"});
}

TEST(RotatingFile, DoesNotFollowASymbolicLink) {
  const test::Directory directory;
  directory.add("target", "");
  std::filesystem::create_symlink(directory.path() / "target", directory.path() / today(0));
  auto file = open_file(directory);
  EXPECT_EQ(file.path().filename(), today(1));
}

TEST(RotatingFile, LeavesAFileAloneWhoseCompressedTwinExists) {
  const test::Directory directory;
  directory.add(today(0), "one\n");
  directory.add(today(0, ".gz"), "");
  EXPECT_EQ(open_file(directory).path().filename(), today(1));
}

TEST(Tidy, CompressesFilesOfOtherDays) {
  const test::Directory directory;
  directory.add(old(0), "one\ntwo\nto");
  tidy(directory);
  EXPECT_EQ(directory.names(), Names{old(0, ".gz")});
  EXPECT_EQ(test::lines_of(directory.path() / old(0, ".gz")), (Names{"one", "two"}));
}

TEST(Tidy, CompressesFullFilesOfTodayAndLeavesTheOthers) {
  const test::Directory directory;
  directory.add(today(0), "123456789\n");
  directory.add(today(1), "room\n");
  directory.add(today(2), "");
  tidy(directory);
  EXPECT_EQ(directory.names(), (Names{today(0, ".gz"), today(1), today(2)}));
}

TEST(Tidy, FinishesWhatACompressorThatDiedLeftBehind) {
  const test::Directory directory;
  directory.add(old(0), "one\n");
  directory.add(old(0, ".gz.tmp"), "half");
  directory.add(today(0), "two\n");
  directory.add(today(0, ".gz"), "renamed already");
  tidy(directory);
  EXPECT_EQ(directory.names(), (Names{old(0, ".gz"), today(0, ".gz")}));
}

TEST(Tidy, RemovesTheOldestAndNothingElse) {
  const test::Directory directory;
  directory.add(old(0, ".gz"), "");
  directory.add(old(10000, ".gz"), "");
  directory.add(old(9999, ".gz"), "");
  directory.add("requests_20240116_0000.jsonl.gz", "");
  directory.add("notes.txt", "");
  directory.add("proxy_20240101_0000.log.gz", "");
  tidy(directory);
  EXPECT_EQ(
      directory.names(), (Names{
                             "notes.txt", "proxy_20240101_0000.log.gz", old(10000, ".gz"),
                             "requests_20240116_0000.jsonl.gz"}));
}

TEST(Tidy, KeepsManyFilesThatTogetherHoldLittle) {
  const test::Directory directory;
  for (unsigned i = 0; i < 10; ++i)
    directory.add(old(i), "1\n");
  tidy(directory);
  EXPECT_EQ(directory.names().size(), 10U);
  tidy(directory);
  EXPECT_EQ(directory.names().size(), 10U);
}

TEST(Tidy, RemovesTheOldestOfManySmallFilesThatHoldTooMuch) {
  const test::Directory directory;
  directory.add(old(0, ".gz"), "");
  for (unsigned i = 1; i <= 12; ++i)
    directory.add(old(i), "1\n");
  tidy(directory);
  const Names names = directory.names();
  ASSERT_EQ(names.size(), 10U);
  EXPECT_EQ(names.front(), old(3, ".gz"));
}

TEST(Tidy, CountsWhatACompressedFileHeldBefore) {
  const test::Directory directory;
  constexpr Rotation rotation{.max_file = 100'000, .keep = 2};
  directory.add(old(0), std::string(60'000, 'x') + "\n");
  directory.add(old(1), std::string(60'000, 'x') + "\n");
  tidy(directory, rotation);
  EXPECT_EQ(directory.names(), Names{old(1, ".gz")});
}

TEST(Tidy, KeepsTheNewestFilesHoweverLarge) {
  const test::Directory directory;
  for (unsigned i = 0; i < 3; ++i)
    directory.add(old(i), std::string(1000, 'x') + "\n");
  tidy(directory);
  EXPECT_EQ(directory.names(), (Names{old(1, ".gz"), old(2, ".gz")}));
}

TEST(Tidy, RemovesEmptyFilesOfOtherDays) {
  const test::Directory directory;
  directory.add(old(0), "");
  tidy(directory);
  EXPECT_EQ(directory.names(), Names{});
}

TEST(Tidy, StopsBetweenChunksAndLeavesThePlainFile) {
  const test::Directory directory;
  directory.add(old(0), "one\n");
  std::stop_source stop;
  stop.request_stop();
  tidy_directory(directory.path(), request_series, small, stop.get_token());
  EXPECT_EQ(directory.names(), Names{old(0)});
}

TEST(LogFiles, KnowsItsNames) {
  const auto file = parse_file_name(request_series, "/logs/requests_20240115_0012.jsonl.gz");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->day, "20240115");
  EXPECT_EQ(file->index, 12U);
  EXPECT_TRUE(file->compressed);
  EXPECT_EQ(file_name(request_series, "20240115", 12), "requests_20240115_0012.jsonl");
}

TEST(LogFiles, RefusesOtherNames) {
  for (const char* name :
       {"requests.jsonl", "requests_20240115.jsonl", "requests_2024011_0000.jsonl",
        "requests_20240115_000.jsonl", "requests_20240115_0000000000.jsonl",
        "requests_20240115_00x0.jsonl", "requests_20240115_0000",
        "requests_20240115_0000.jsonl.gz.tmp", "requests_20240115_0000.log",
        "proxy_20240115_0000.jsonl"}) {
    EXPECT_FALSE(parse_file_name(request_series, name)) << name;
  }
}

}  // namespace
}  // namespace audit
