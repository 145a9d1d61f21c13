// SPDX-License-Identifier: Apache-2.0
#include "audit/render.h"

#include <gtest/gtest.h>

#include "audit/test_directory.h"
#include "audit/text_table.h"
#include "base/text.h"

namespace audit {
namespace {

/// At 10:30:05 wherever the test runs.
Record example(std::string_view method, int status, int milliseconds) {
  Record record = test::exchange("https://api.example.com/", status);
  record.time = *base::parse_time("2024-01-15T10:30:05");
  record.method = method;
  record.duration = std::chrono::milliseconds(milliseconds);
  return record;
}

Record blocked() {
  Record record = example("GET", 403, 0);
  record.url = "https://blocked.example.com/";
  record.filter_action = "block";
  record.filter_reason = "matched rule: *.example.com";
  record.rule = ".lazaret.toml:7";
  return record;
}

TEST(RenderTable, DrawsABox) {
  const Record records[] = {example("GET", 200, 150), example("POST", 201, 89)};
  EXPECT_EQ(
      render_table(records, {}),
      "┌──────────┬────────┬────────┬──────────┬──────────────────────────┐\n"
      "│ TIME     │ METHOD │ STATUS │ DURATION │ URL                      │\n"
      "├──────────┼────────┼────────┼──────────┼──────────────────────────┤\n"
      "│ 10:30:05 │ GET    │ 200    │ 150ms    │ https://api.example.com/ │\n"
      "│ 10:30:05 │ POST   │ 201    │ 89ms     │ https://api.example.com/ │\n"
      "└──────────┴────────┴────────┴──────────┴──────────────────────────┘\n");
}

TEST(RenderTable, ShowsWhyARequestWasBlocked) {
  const Record records[] = {blocked()};
  const std::string table = render_table(records, {});
  EXPECT_NE(table.find("│ 403 BLOCK │ -        │"), std::string::npos) << table;
  EXPECT_NE(
      table.find("│ block: matched rule: *.example.com (.lazaret.toml:7) │"), std::string::npos)
      << table;
}

TEST(RenderTable, SaysAReasonOnceWhenItIsTheErrorToo) {
  Record name = blocked();
  name.error = name.filter_reason;
  Record other = blocked();
  other.error = "the program went away";
  EXPECT_NE(
      render_compact(name, {}).find("[block: matched rule: *.example.com (.lazaret.toml:7)]\n"),
      std::string::npos);
  EXPECT_NE(render_compact(other, {}).find("; the program went away]\n"), std::string::npos);
}

TEST(RenderTable, ShowsFailuresWithoutStatus) {
  Record failed = example("GET", 0, 3);
  failed.error = "connection reset";
  const std::string table = render_table({&failed, 1}, {});
  EXPECT_NE(table.find("│ ERR    │ 3ms      │"), std::string::npos) << table;
  EXPECT_NE(table.find("connection reset"), std::string::npos);
}

TEST(RenderTable, ShowsBodiesOnOneLine) {
  Record record = example("POST", 200, 1);
  record.request_body = "a\tb\r\nc\x1b[2J";
  record.response_body = std::string(300, 'y');
  const std::string table = render_table({&record, 1}, {.body = true});
  EXPECT_NE(table.find(R"(│ a b\nc\x1b[2J │)"), std::string::npos) << table;
  EXPECT_NE(table.find("│ " + std::string(77, 'y') + "... │"), std::string::npos) << table;
}

TEST(RenderTable, IsWholeWhenItIsWide) {
  Record record = example("GET", 0, 3);
  record.url = "https://example.com/" + std::string(100, 'x');
  record.error = std::string(200, 'y');
  record.where = {"github header:authorization", "KEY body\x1b"};
  const std::string table = render_table({&record, 1}, {.wide = true});
  EXPECT_NE(table.find(record.url), std::string::npos) << table;
  EXPECT_NE(table.find(record.error), std::string::npos) << table;
  EXPECT_NE(table.find(R"(│ github header:authorization, KEY body\x1b │)"), std::string::npos)
      << table;
  EXPECT_EQ(render_table({&record, 1}, {}).find("WHERE"), std::string::npos);
}

TEST(RenderTable, CutsLongUrlsAndStaysAligned) {
  Record records[] = {example("GET", 200, 1), example("GET", 200, 1)};
  records[0].url = "https://example.com/" + std::string(100, 'x');
  records[1].url = "https://example.com/日本語/é";
  const std::string table = render_table(records, {});
  std::size_t width = 0;
  for (const auto line : base::split(base::trim(table), '\n')) {
    if (width == 0) width = display_width(line);
    EXPECT_EQ(display_width(line), width) << line;
  }
  EXPECT_NE(table.find("https://example.com/" + std::string(37, 'x') + "... │"), std::string::npos);
}

TEST(Render, EscapesWhateverASandboxSends) {
  Record hostile = blocked();
  hostile.method = hostile.url = hostile.error = hostile.filter_reason = hostile.rule =
      hostile.request_body = "\x1b]0;owned\x07\xE2\x80\xAE\xff\r\n";
  for (const std::string& text :
       {render_table({&hostile, 1}, {.body = true}), render_compact(hostile, {.body = true}),
        render_json({&hostile, 1}, Bodies::keep)}) {
    EXPECT_EQ(text.find_first_of("\x1b\x07\r\xff"), std::string::npos) << text;
    if (!text.starts_with('[')) EXPECT_EQ(text.find("\xE2\x80\xAE"), std::string::npos);
  }
}

TEST(RenderCompact, IsOneLine) {
  EXPECT_EQ(
      render_compact(example("GET", 200, 150), {}),
      "10:30:05 GET 200 150ms https://api.example.com/\n");
}

TEST(RenderCompact, SaysWhyARequestWasBlocked) {
  EXPECT_EQ(
      render_compact(blocked(), {}),
      "10:30:05 GET 403 BLOCK - https://blocked.example.com/ "
      "[block: matched rule: *.example.com (.lazaret.toml:7)]\n");
}

TEST(RenderCompact, NamesWhatWasRedacted) {
  Record record = example("POST", 200, 1);
  record.redaction_action = "redact";
  record.redaction_matches = {"api-key", "token"};
  EXPECT_TRUE(render_compact(record, {}).ends_with(" [redact secret: api-key, token]\n"));
}

TEST(RenderCompact, AddsBodies) {
  Record record = example("POST", 200, 1);
  record.request_body = "{}";
  EXPECT_TRUE(render_compact(record, {.body = true}).ends_with("/\n  request body: {}\n"));
}

TEST(RenderCompact, ColorsByClass) {
  const std::pair<int, const char*> cases[] = {
      {200, "\x1b[32m200\x1b[0m"},
      {301, "\x1b[36m301\x1b[0m"},
      {404, "\x1b[33m404\x1b[0m"},
      {502, "\x1b[31m502\x1b[0m"},
  };
  for (const auto& [status, colored] : cases) {
    const auto line = render_compact(example("GET", status, 1), {.color = true});
    EXPECT_NE(line.find(colored), std::string::npos) << status;
  }
}

TEST(RenderJson, IsAnArray) {
  const Record records[] = {example("GET", 200, 1), example("POST", 201, 1)};
  const std::string text = render_json(records, Bodies::keep);
  EXPECT_TRUE(text.starts_with("[\n  {\"ts\":"));
  EXPECT_NE(text.find("},\n  {"), std::string::npos);
  EXPECT_TRUE(text.ends_with("}\n]\n"));
  EXPECT_EQ(render_json({}, Bodies::keep), "[]\n");
}

TEST(RenderStatistics, ShowsOneDecimalAndLeavesEmptyClassesOut) {
  Statistics all;
  for (int i = 0; i < 150; ++i)
    all.add(example("GET", i < 120 ? 200 : i < 130 ? 301 : i < 145 ? 404 : 500, 245));
  const std::string text = render_statistics(all);
  EXPECT_TRUE(
      text.starts_with("Summary:\n"
                       "  Total requests:   150\n"
                       "  Success (2xx):    120 (80.0%)\n"
                       "  Redirect (3xx):   10 (6.7%)\n"
                       "  Client err (4xx): 15 (10.0%)\n"
                       "  Server err (5xx): 5 (3.3%)\n"
                       "  Avg duration:     245ms\n"
                       "  Time range:       "))
      << text;
}

TEST(RenderStatistics, CountsWhatHasNoStatus) {
  Statistics all;
  all.add(test::exchange("tcp://example.com:22", 0));
  EXPECT_NE(render_statistics(all).find("No status:        1 (100.0%)"), std::string::npos);
}

TEST(RenderStatistics, OfNothingIsZero) {
  EXPECT_EQ(render_statistics({}), "Summary:\n  Total requests:   0\n");
}

TEST(CutToWidth, CountsColumnsAndNotBytes) {
  EXPECT_EQ(cut_to_width("日本語日本語", 12), "日本語日本語");
  EXPECT_EQ(cut_to_width("日本語日本語", 10), "日本語...");
  EXPECT_EQ(cut_to_width("abcdef", 5), "ab...");
  EXPECT_EQ(cut_to_width("abcdef", 2), "..");
}

}  // namespace
}  // namespace audit
