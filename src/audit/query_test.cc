// SPDX-License-Identifier: Apache-2.0
#include "audit/query.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "audit/json_line.h"
#include "audit/test_directory.h"

namespace audit {
namespace {

using namespace std::chrono_literals;

TEST(ParseStatus, UnderstandsEveryForm) {
  const std::pair<const char*, StatusRange> cases[] = {
      {"200", {200, 200}},     {" 200 ", {200, 200}},
      {"400-599", {400, 599}}, {"400 - 599", {400, 599}},
      {">=400", {400, 999}},   {">= 400", {400, 999}},
      {"> 400", {401, 999}},   {"<=299", {1, 299}},
      {"< 300", {1, 299}},     {"0", {0, 0}},
  };
  for (const auto& [text, range] : cases) {
    const auto parsed = parse_status(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(*parsed, range) << text;
  }
}

TEST(ParseStatus, RefusesWhatMatchesNothing) {
  for (const char* text :
       {"", " ", "ok", "2xx", "-1", "-", "400-", "500-400", ">", ">=", ">999", "<1", "<0", "<=0",
        "1000", "=200", ">-1", "200,201", "99999999999999999999"}) {
    EXPECT_FALSE(parse_status(text)) << text;
  }
}

class ParseWhen : public ::testing::Test {
protected:
  static base::WallTime at(std::string_view text) { return *base::parse_time(text); }
  const base::WallTime now_ = at("2024-01-15T10:30:00");
};

TEST_F(ParseWhen, UnderstandsEveryForm) {
  const std::pair<const char*, base::WallTime> cases[] = {
      {"now", now_},
      {"today", at("2024-01-15")},
      {"Yesterday", at("2024-01-14")},
      {"15m", now_ - 15min},
      {"1h", now_ - 1h},
      {"2d", now_ - 48h},
      {"2024-01-15T12:00:00Z", at("2024-01-15T12:00:00Z")},
      {"2024-01-15t12:00:00.5z", at("2024-01-15T12:00:00Z") + 500ms},
      {"2024-01-15T12:00:00+02:00", at("2024-01-15T10:00:00Z")},
      {"2024-01-15T12:00:00", at("2024-01-15T12:00:00")},
      {" 2024-01-15 ", at("2024-01-15")},
  };
  for (const auto& [text, time] : cases) {
    const auto parsed = parse_when(text, now_);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(*parsed, time) << text;
  }
}

TEST_F(ParseWhen, RefusesTheRestAndShowsItEscaped) {
  for (const char* text : {"", "soon", "15", "-1h", "2024-13-01", "12:00", "\x1b[31m"}) {
    const auto parsed = parse_when(text, now_);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().to_string().find('\x1b'), std::string::npos);
  }
}

TEST(Matches, HoldsEveryCondition) {
  Record record = test::exchange("https://api.example.com/Users?x=1", 404);
  record.method = "POST";
  record.filter_action = "block";
  record.stage = "filter";
  record.id = "0190-abc";
  const std::pair<Query, bool> cases[] = {
      {{}, true},
      {{.url = "/Users"}, true},
      {{.url = "/users"}, false},
      {{.host = "API.example.com"}, true},
      {{.host = "example.com"}, false},
      {{.method = "post"}, true},
      {{.method = "GET"}, false},
      {{.status = StatusRange{400, 499}}, true},
      {{.status = StatusRange{200, 299}}, false},
      {{.since = record.time, .until = record.time}, true},
      {{.since = record.time + 1ns}, false},
      {{.until = record.time - 1ns}, false},
      {{.errors = true}, true},
      {{.action = "block"}, true},
      {{.action = "allow"}, false},
      {{.stage = "token"}, false},
      {{.id = "0190"}, true},
      {{.id = "abc"}, false},
      {{.url = "/Users", .method = "GET"}, false},
  };
  for (std::size_t i = 0; i < std::size(cases); ++i)
    EXPECT_EQ(matches(cases[i].first, record), cases[i].second) << "case " << i;
}

TEST(Matches, CountsFailuresAndRefusalsAsErrors) {
  Record fine = test::exchange("https://example.com/");
  EXPECT_FALSE(matches({.errors = true}, fine));
  fine.error = "reset";
  EXPECT_TRUE(matches({.errors = true}, fine));
  Record refused = test::exchange("udp://example.com:443", 0);
  refused.kind = Kind::refusal;
  EXPECT_TRUE(matches({.errors = true}, refused));
}

// ---- select

std::string logged(std::string_view url, std::chrono::seconds after = 0s, int status = 200) {
  Record record = test::exchange(url, status);
  record.time += after;
  std::string out;
  append_json_line(out, record);
  return out;
}

std::string gzip(std::string_view text) {
  std::string out(text.size() + 200, '\0');
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::vector<std::string> urls(const Selection& selection) {
  std::vector<std::string> found;
  found.reserve(selection.records.size());
  for (const Record& record : selection.records)
    found.push_back(record.url);
  return found;
}

using Urls = std::vector<std::string>;

TEST(Select, MergesFilesByTime) {
  const test::Directory directory;
  directory.add("requests_20260131_0000.jsonl.gz", gzip(logged("a", 1s)) + gzip(logged("c", 3s)));
  directory.add("requests_20260131_0001.jsonl", logged("b", 2s) + logged("d", 4s));
  const auto selection = select(directory.path(), {});
  ASSERT_TRUE(selection);
  EXPECT_EQ(urls(*selection), (Urls{"a", "b", "c", "d"}));
  EXPECT_EQ(selection->files, 2U);
}

TEST(Select, FiltersBeforeItCuts) {
  const test::Directory directory;
  directory.add(
      "requests_20260131_0000.jsonl",
      logged("wanted1") + logged("wanted2", 1s) + logged("other", 2s) + logged("other", 3s));
  const auto selection = *select(directory.path(), {.url = "wanted", .last = 1});
  EXPECT_EQ(urls(selection), Urls{"wanted2"});
  EXPECT_EQ(selection.statistics.total, 2U) << "counted over all that match";
}

TEST(Select, GivesAllWhenThereIsNoLimit) {
  const test::Directory directory;
  directory.add("requests_20260131_0000.jsonl", logged("a") + logged("b"));
  EXPECT_EQ(urls(*select(directory.path(), {.last = 0})), (Urls{"a", "b"}));
}

TEST(Select, ReadsWhatIsLeftOfATruncatedFile) {
  const test::Directory directory;
  const std::string whole = gzip(logged("a") + logged("b"));
  directory.add("requests_20260131_0000.jsonl.gz", gzip(logged("a")) + whole.substr(0, 30));
  directory.add("requests_20260131_0001.jsonl", logged("b") + "{\"ts\":\"2026-01");
  const auto selection = *select(directory.path(), {});
  EXPECT_EQ(urls(selection), (Urls{"a", "b"}));
  EXPECT_TRUE(selection.warnings.empty());
}

TEST(Select, SaysWhatItLeftOut) {
  const test::Directory directory;
  directory.add(
      "requests_20260131_0000.jsonl",
      "{broken}\n{\"ts\":1}\n" + std::string((8 << 20) + 1, 'x') + "\n" + logged("a"));
  directory.add("requests_20260131_0001.jsonl.gz", "not gzip");
  const auto selection = *select(directory.path(), {});
  EXPECT_EQ(urls(selection), Urls{"a"});
  ASSERT_EQ(selection.warnings.size(), 3U);
  EXPECT_NE(selection.warnings[0].find("is not a gzip file"), std::string::npos);
  EXPECT_EQ(selection.warnings[1], "lines left out because they are too long: 1");
  EXPECT_EQ(selection.warnings[2], "lines left out because they are not log records: 2");
}

TEST(Select, ReadsALineOfEightMebibytes) {
  const test::Directory directory;
  const std::string url(8'000'000, 'x');
  directory.add("requests_20260131_0000.jsonl", logged(url) + logged("b", 1s));
  EXPECT_EQ(urls(*select(directory.path(), {})), (Urls{url, "b"}));
}

TEST(Select, ReadsAFileOnceWhenItsCompressorDied) {
  const test::Directory directory;
  directory.add("requests_20260131_0000.jsonl.gz", gzip(logged("a")));
  directory.add("requests_20260131_0000.jsonl", logged("a"));
  EXPECT_EQ(urls(*select(directory.path(), {})), Urls{"a"});
}

TEST(Select, FindsNothingInAMissingDirectory) {
  const test::Directory directory;
  const auto selection = select(directory.path() / "none", {});
  ASSERT_TRUE(selection);
  EXPECT_EQ(selection->files, 0U);
}

}  // namespace
}  // namespace audit
