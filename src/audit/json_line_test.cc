// SPDX-License-Identifier: Apache-2.0
#include "audit/json_line.h"

#include <gtest/gtest.h>

#include "audit/test_directory.h"
#include "base/text.h"

namespace audit {
namespace {

Record full_record() {
  Record record = test::exchange("https://api.example.com/v1?q=1", 201);
  record.kind = Kind::connection;
  record.id = "id";
  record.session_id = "session";
  record.sandbox = "box";
  record.method = "POST";
  record.http = "1.1";
  record.dial = "192.0.2.7:443";
  record.request_headers = {{"Accept", "*/*"}, {"X-Two", "1"}, {"X-Two", "2"}};
  record.request_headers_truncated = true;
  record.request_body = std::string("\0\xff binary", 9);
  record.request_body_truncated = true;
  record.request_trailers = {{"X-Sum", "1"}};
  record.response_headers = {{"Server", "s"}};
  record.response_headers_truncated = true;
  record.response_body = "{}";
  record.response_body_truncated = true;
  record.response_trailers = {{"Grpc-Status", "0"}};
  record.bytes_up = 12;
  record.bytes_down = std::numeric_limits<std::uint64_t>::max();
  record.frames_up = 3;
  record.frames_down = 4;
  record.error = "broke";
  record.stage = "filter";
  record.filter_action = "block";
  record.filter_reason = "matched rule: *.example.com";
  record.rule = ".lazaret.toml:7";
  record.redaction_action = "block";
  record.redaction_matches = {"api-key"};
  record.injected = {"github", "npm"};
  record.substituted = {"OPENAI"};
  record.where = {"OPENAI header:authorization"};
  record.stale = {"content-md5"};
  record.kept = {"claude.access_token"};
  record.token = "00112233445566778899aabbccddeeff";
  record.scrub = "headers";
  record.expires = base::WallTime(std::chrono::seconds(1'800'000'000));
  return record;
}

std::string line_of(const Record& record) {
  std::string line;
  append_json_line(line, record);
  return line;
}

TEST(JsonLine, WritesTheKeysOfTheFormat) {
  Record record = test::exchange("https://blocked.example.com/", 403);
  record.filter_action = "block";
  record.filter_reason = "matched rule: *.blocked.com";
  record.request_headers = {{"Accept", "a"}, {"Host", "h"}, {"accept", "b"}};
  record.request_body = "{\"user\": \"john\"}";
  EXPECT_EQ(
      line_of(record),
      R"({"ts":"2026-01-31T10:30:05.500000000Z","kind":"exchange","method":"GET",)"
      R"("url":"https://blocked.example.com/",)"
      R"("req_headers":{"Accept":["a","b"],"Host":["h"]},"req_body":"eyJ1c2VyIjogImpvaG4ifQ==",)"
      R"("status":403,"duration_ns":150000000,)"
      R"("filter_action":"block","filter_reason":"matched rule: *.blocked.com"})"
      "\n");
}

TEST(JsonLine, ReadsWhatItWrote) {
  const auto read = parse_json_line(base::trim(line_of(full_record())));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, full_record());
}

TEST(JsonLine, LeavesBodiesOutWhenAsked) {
  std::string text;
  append_json(text, full_record(), Bodies::leave_out);
  const auto read = parse_json_line(text);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->request_body + read->response_body, "");
  EXPECT_EQ(read->response_headers, full_record().response_headers);
}

TEST(JsonLine, IsOneLineWhateverTheSandboxSends) {
  Record record;
  const std::string hostile("\r\n\0\x1b[31m\xE2\x80\xA8\xff\"\\}{", 16);
  record.url = record.method = record.error = record.filter_reason = hostile;
  record.request_headers = {{hostile, hostile}};
  record.injected = {hostile};
  const std::string line = line_of(record);
  EXPECT_EQ(line.find_first_of("\r\n\x1b"), line.size() - 1);
  EXPECT_EQ(line.find("\xE2\x80\xA8"), std::string::npos);
  EXPECT_TRUE(parse_json_line(base::trim(line)));
}

TEST(JsonLine, IgnoresUnknownKeysAndNull) {
  const auto read = parse_json_line(
      R"({"ts":"2026-01-31T10:30:05Z","future":{"a":[1]},"error":null,"method":"GET"})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->method, "GET");
}

TEST(JsonLine, RefusesWhatIsNotARecord) {
  for (const char* line :
       {"", "{", "[]", "1", "{}", R"({"ts":"never"})",
        R"({"ts":"2026-01-31T10:30:05Z","kind":"other"})",
        R"({"ts":"2026-01-31T10:30:05Z","method":1})",
        R"({"ts":"2026-01-31T10:30:05Z","status":"200"})",
        R"({"ts":"2026-01-31T10:30:05Z","status":-1})",
        R"({"ts":"2026-01-31T10:30:05Z","status":1e99})",
        R"({"ts":"2026-01-31T10:30:05Z","req_body":"not base64"})",
        R"({"ts":"2026-01-31T10:30:05Z","req_headers":{"a":"b"}})",
        R"({"ts":"2026-01-31T10:30:05Z","req_headers":[]})",
        R"({"ts":"2026-01-31T10:30:05Z","injected":[1]})",
        R"({"ts":"2026-01-31T10:30:05Z","req_body_truncated":"yes"})"}) {
    EXPECT_FALSE(parse_json_line(line)) << line;
  }
}

TEST(JsonLine, NamesTheKeyThatIsWrong) {
  const auto read = parse_json_line(R"({"ts":"2026-01-31T10:30:05Z","status":"x","bytes_up":"x"})");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "the log record's \"status\" has the wrong type");
}

}  // namespace
}  // namespace audit
