// SPDX-License-Identifier: Apache-2.0
#include "audit/journal.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "audit/json_line.h"
#include "audit/query.h"
#include "audit/test_directory.h"

namespace audit {
namespace {

using namespace std::chrono_literals;

std::unique_ptr<Journal> open_journal(
    const test::Directory& directory, JournalOptions options = {}) {
  auto journal = Journal::open(directory.path(), options);
  if (!journal) throw std::runtime_error(journal.error().to_string());
  return *std::move(journal);
}

Selection everything(const test::Directory& directory) {
  return *select(directory.path(), {.last = 0});
}

/// No file of this process may grow beyond `bytes` while it lives: what a full disk looks like.
class FullDisk {
public:
  explicit FullDisk(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit now{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &now);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &before_); }

private:
  rlimit before_{};
};

bool within(std::chrono::milliseconds limit, const std::function<bool()>& holds) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(5ms);
  }
  return true;
}

TEST(Journal, WritesARecordWithinAFifthOfASecond) {
  const test::Directory directory;
  const auto journal = open_journal(directory);
  ASSERT_TRUE(journal->append(test::exchange("https://example.com/")));
  EXPECT_TRUE(within(200ms, [&] { return everything(directory).records.size() == 1; }));
}

TEST(Journal, HasWrittenEverythingAfterFlush) {
  const test::Directory directory;
  const auto journal = open_journal(directory, {.linger = 10s});
  ASSERT_TRUE(journal->append(test::exchange("https://example.com/")));
  ASSERT_TRUE(journal->flush());
  EXPECT_EQ(everything(directory).records.size(), 1U);
}

TEST(Journal, DrainsWhenItGoes) {
  const test::Directory directory;
  open_journal(directory, {.linger = 10s})->append(test::exchange("https://example.com/")).value();
  EXPECT_EQ(everything(directory).records.size(), 1U);
}

TEST(Journal, RefusesRecordsOnceClosed) {
  const test::Directory directory;
  const auto journal = open_journal(directory);
  ASSERT_TRUE(journal->close());
  EXPECT_FALSE(journal->append(test::exchange("https://example.com/")));
  EXPECT_TRUE(journal->flush());
}

TEST(Journal, KeepsItsFilesPrivate) {
  const test::Directory directory;
  const auto place = directory.path() / "new" / "logs";
  ASSERT_TRUE(Journal::open(place));
  const auto mode_of = [](const std::filesystem::path& path) {
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777U : 0U;
  };
  EXPECT_EQ(mode_of(place), 0700U);
  EXPECT_EQ(mode_of(std::filesystem::directory_iterator(place)->path()), 0600U);
}

TEST(Journal, TakesRecordsFromManyThreads) {
  const test::Directory directory;
  const auto journal = open_journal(directory, {.rotation = {.max_file = 64 << 10, .keep = 1000}});
  {
    std::vector<std::jthread> threads;
    threads.reserve(4);
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&] {
        for (int i = 0; i < 1000; ++i)
          journal->append(test::exchange("https://example.com/")).value();
      });
    }
  }
  ASSERT_TRUE(journal->close());
  const auto selection = everything(directory);
  EXPECT_EQ(selection.statistics.total, 4000U);
  EXPECT_TRUE(selection.warnings.empty());
  EXPECT_EQ(journal->state().appended, 4000U);
}

TEST(Journal, SaysSoWhenTheDiskIsFull) {
  const test::Directory directory;
  const auto journal = open_journal(directory);
  const FullDisk full(300);
  ASSERT_TRUE(journal->append(test::exchange("https://example.com/" + std::string(400, 'x'))));
  EXPECT_FALSE(journal->flush());
  EXPECT_FALSE(journal->healthy());
  EXPECT_NE(journal->state().reason.find("File too large"), std::string::npos);
  EXPECT_FALSE(journal->append(test::exchange("https://example.com/")));
}

TEST(Journal, LeavesNoHalfLineOnAFullDisk) {
  const test::Directory directory;
  const auto journal = open_journal(directory);
  const FullDisk full(300);
  ASSERT_TRUE(journal->append(test::exchange("https://example.com/")));
  ASSERT_TRUE(journal->flush());
  ASSERT_TRUE(journal->append(test::exchange("https://example.com/" + std::string(400, 'x'))));
  EXPECT_FALSE(journal->flush());
  const auto files = *list_files(directory.path(), request_series);
  EXPECT_EQ(test::lines_of(files.at(0).path).size(), 1U);
}

TEST(Journal, WritesWhatItKeptOnceThereIsRoomAgain) {
  const test::Directory directory;
  const auto journal = open_journal(directory);
  {
    const FullDisk full(0);
    ASSERT_TRUE(journal->append(test::exchange("https://example.com/first")));
    EXPECT_FALSE(journal->flush());
    EXPECT_FALSE(journal->append(test::exchange("https://example.com/second")));
  }
  EXPECT_TRUE(within(2s, [&] { return journal->healthy(); }));
  ASSERT_TRUE(journal->flush());
  const auto records = everything(directory).records;
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].url, "https://example.com/first");
  EXPECT_EQ(records[1].url, "https://example.com/second");
}

TEST(Journal, LetsTrafficGoOnWhenToldTo) {
  const test::Directory directory;
  const auto journal = open_journal(directory, {.on_failure = OnFailure::carry_on});
  const FullDisk full(0);
  EXPECT_TRUE(journal->append(test::exchange("https://example.com/")));
  EXPECT_FALSE(journal->flush());
  EXPECT_TRUE(journal->append(test::exchange("https://example.com/")));
  EXPECT_TRUE(journal->healthy());
  EXPECT_TRUE(journal->state().failing);
  EXPECT_FALSE(journal->close()) << "what could not be written is said";
}

TEST(Journal, CountsWhatItLosesAndWritesTheCount) {
  const test::Directory directory;
  const auto journal = open_journal(directory, {.linger = 1ms, .queue_limit = 400});
  {
    const FullDisk full(0);
    for (int i = 0; i < 10; ++i) {
      [[maybe_unused]] const auto refused = journal->append(test::exchange("https://example.com/"));
      [[maybe_unused]] const auto failed = journal->flush();
    }
    EXPECT_GT(journal->state().lost, 0U);
  }
  const auto lost = journal->state().lost;
  ASSERT_TRUE(within(2s, [&] { return journal->healthy(); }));
  ASSERT_TRUE(journal->close());
  const auto records = everything(directory).records;
  EXPECT_EQ(records.back().kind, Kind::gap);
  EXPECT_TRUE(records.back().error.starts_with(fmt::format("records lost: {} (", lost)));
  EXPECT_EQ(records.size(), 10 - lost + 1);
}

TEST(Journal, TakesALineLargerThanItsQueue) {
  const test::Directory directory;
  const auto journal = open_journal(directory, {.queue_limit = 10});
  EXPECT_TRUE(journal->append(test::exchange("https://example.com/")));
  EXPECT_TRUE(journal->append(test::exchange("https://example.com/")));
  EXPECT_TRUE(journal->close());
}

/// Forks a process that appends `count` records and exits with 0 when all are written.
pid_t start_writer(const test::Directory& directory, const std::string& url, int count) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  auto journal = open_journal(directory, {.rotation = {.max_file = 256 << 10, .keep = 1000}});
  bool good = true;
  for (int i = 0; i < count; ++i)
    good = journal->append(test::exchange(url)).has_value() && good;
  ::_exit(journal->close() && good ? 0 : 1);
}

int wait_for_exit(pid_t child) {
  int status = -1;
  ::waitpid(child, &status, 0);
  return status;
}

TEST(Journal, LeavesOnlyWholeLinesWhenItsProcessIsKilled) {
  const test::Directory directory;
  for (int round = 0; round < 5; ++round) {
    const std::string url = "https://example.com/" + std::string(10'000, 'x');
    const pid_t child = start_writer(directory, url, 1'000'000);
    std::this_thread::sleep_for(50ms);
    ::kill(child, SIGKILL);
    EXPECT_TRUE(WIFSIGNALED(wait_for_exit(child)));
    ASSERT_TRUE(open_journal(directory)->append(test::exchange("https://example.com/after")));
  }
  const auto selection = everything(directory);
  EXPECT_GT(selection.statistics.total, 100U);
  EXPECT_TRUE(selection.warnings.empty()) << selection.warnings.front();
}

TEST(Journal, SharesADirectoryWithOtherProcesses) {
  const test::Directory directory;
  std::vector<pid_t> writers;
  for (const char* url : {"https://one.test/", "https://two.test/", "https://three.test/"})
    writers.push_back(start_writer(directory, url, 3000));
  for (const pid_t writer : writers)
    EXPECT_EQ(wait_for_exit(writer), 0);
  EXPECT_EQ(everything(directory).statistics.total, 9000U);
  EXPECT_TRUE(everything(directory).warnings.empty());
}

}  // namespace
}  // namespace audit
