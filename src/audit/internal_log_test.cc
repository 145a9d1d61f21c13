// SPDX-License-Identifier: Apache-2.0
#include "audit/internal_log.h"

#include <gtest/gtest.h>

#include "audit/internal_lines.h"
#include "audit/test_directory.h"

namespace audit {
namespace {

std::unique_ptr<FileLog> open_log(const test::Directory& directory, Level least = Level::info) {
  auto log = FileLog::open(directory.path(), least);
  if (!log) throw std::runtime_error(log.error().to_string());
  return *std::move(log);
}

std::vector<std::string> lines(const test::Directory& directory, const InternalQuery& query = {}) {
  return *select_internal(directory.path(), query);
}

TEST(FileLog, WritesTimeComponentLevelAndText) {
  const test::Directory directory;
  open_log(directory)->warning("gateway", "upstream closed");
  const auto found = lines(directory);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(base::parse_time(found[0].substr(0, 30)));
  EXPECT_EQ(found[0].substr(30), " [gateway] WARNING upstream closed");
}

TEST(FileLog, LeavesOutWhatIsBelowItsLevel) {
  const test::Directory directory;
  const auto log = open_log(directory, Level::warning);
  log->debug("a", "no");
  log->info("a", "no");
  log->error("a", "yes");
  EXPECT_EQ(lines(directory).size(), 1U);
  EXPECT_FALSE(log->takes(Level::info));
}

TEST(FileLog, KeepsHostileTextOnOneLine) {
  const test::Directory directory;
  open_log(directory)->info("sni", "a\r\nb\x1b[31m");
  ASSERT_EQ(lines(directory).size(), 1U);
  EXPECT_TRUE(lines(directory)[0].ends_with(R"( INFO a\x0d\nb\x1b[31m)"));
}

TEST(FileLog, NamesItsFilesAfterTheProxy) {
  const test::Directory directory;
  const auto log = open_log(directory);
  EXPECT_EQ(
      directory.names(),
      std::vector{file_name(internal_series, base::to_local_day(base::now()), 0)});
}

TEST(SelectInternal, MergesByTimeAndKeepsTheLast) {
  const test::Directory directory;
  directory.add(
      "proxy_20260131_0000.log",
      "2026-01-31T10:00:01Z [a] INFO 1\n2026-01-31T10:00:03Z [a] INFO 3\n");
  directory.add("proxy_20260131_0001.log", "2026-01-31T10:00:02Z [b] INFO 2\n");
  EXPECT_EQ(
      lines(directory, {.last = 2}),
      (std::vector<std::string>{
          "2026-01-31T10:00:02Z [b] INFO 2", "2026-01-31T10:00:03Z [a] INFO 3"}));
}

TEST(SelectInternal, LeavesOutWhatIsTooOld) {
  const test::Directory directory;
  directory.add(
      "proxy_20260131_0000.log",
      "2026-01-31T10:00:01Z [a] INFO 1\n2026-01-31T10:00:03Z [a] INFO 3\n");
  const InternalQuery query{.since = base::parse_time("2026-01-31T10:00:02Z")};
  EXPECT_EQ(lines(directory, query), std::vector<std::string>{"2026-01-31T10:00:03Z [a] INFO 3"});
}

TEST(FollowInternal, GivesTheLastLines) {
  const test::Directory directory;
  directory.add("proxy_20260131_0000.log", "2026-01-31T10:00:01Z [a] INFO 1\n");
  std::stop_source stop;
  std::vector<std::string> found;
  follow_internal(
      directory.path(), {},
      [&](std::string_view line) {
        found.emplace_back(line);
        stop.request_stop();
      },
      stop.get_token());
  EXPECT_EQ(found, std::vector<std::string>{"2026-01-31T10:00:01Z [a] INFO 1"});
}

TEST(LeastLevel, FollowsTheEnvironment) {
  ::setenv("LAZARET_DEBUG", "1", 1);
  EXPECT_EQ(least_level_from_environment(), Level::debug);
  ::setenv("LAZARET_DEBUG", "0", 1);
  EXPECT_EQ(least_level_from_environment(), Level::info);
  ::unsetenv("LAZARET_DEBUG");
  EXPECT_EQ(least_level_from_environment(), Level::info);
}

}  // namespace
}  // namespace audit
