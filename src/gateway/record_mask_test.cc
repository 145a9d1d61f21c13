// SPDX-License-Identifier: Apache-2.0
#include "gateway/record_mask.h"

#include <gtest/gtest.h>

#include "content/grpc.h"
#include "flow/test_support.h"

namespace gateway {
namespace {

using Sent = RecordMask::Request;

constexpr std::string_view noted_secret = "LogSecret0123abcXYZ";
const std::string mark = "[REDACTED:key]";

flow::Pipeline pipeline_with(std::shared_ptr<flow::TokenGate> tokens = {}) {
  return flow::Pipeline(
      flow::test::open_policy(), flow::test::injectors_of(flow::test::credential()), {},
      std::move(tokens), flow::test::scanner_for(noted_secret, redact::Action::log));
}

audit::Record hidden(audit::Record record, Sent sent = Sent::unsure) {
  const auto pipeline = pipeline_with();
  RecordMask(pipeline).hide(record, sent);
  return record;
}

std::string hidden_url(std::string url) { return hidden({.url = std::move(url)}).url; }

TEST(RecordMask, HidesNamesOfFields) {
  const auto record = hidden(
      {.request_headers =
           {{std::string(noted_secret), "1"}, {"logsecret0123abcxyz", "2"}, {"X-A", "3"}},
       .response_headers = {{"X-LOGSECRET0123ABCXYZ", "4"}}},
      Sent::clean);
  EXPECT_EQ(record.request_headers, (audit::Headers{{mark, "1"}, {mark, "2"}, {"X-A", "3"}}));
  EXPECT_EQ(record.response_headers, (audit::Headers{{mark, "4"}}));
}

TEST(RecordMask, HidesTrailers) {
  const auto record = hidden(
      {.request_trailers = {{std::string(noted_secret), "a"}, {"X-A", std::string(noted_secret)}},
       .response_trailers = {{"X-A", std::string(noted_secret)}}});
  EXPECT_EQ(record.request_trailers, (audit::Headers{{mark, "a"}, {"X-A", mark}}));
  EXPECT_EQ(record.response_trailers, (audit::Headers{{"X-A", mark}}));
}

TEST(RecordMask, HidesOtherHostsThanTheRequests) {
  const auto record = hidden(
      {.url = "https://api.test",
       .request_headers = {{"Host", "logse.cret0123abcxyz.test"}},
       .error = "the Host field names logse.cret0123abcxyz.test, the connection is for api.test"});
  EXPECT_EQ(record.request_headers, (audit::Headers{{"Host", mark}}));
  EXPECT_EQ(record.error, "the Host field names " + mark + " the connection is for api.test");
}

TEST(RecordMask, HidesTheHostInEveryText) {
  const auto record = hidden(
      {.url = "https://logsecret0123abcxyz.test/a",
       .request_headers = {{"Host", "LogSecret0123abcXYZ.test"}},
       .filter_reason = "no rule matches logsecret0123abcxyz.test"});
  EXPECT_EQ(record.url, "https://" + mark + "/a");
  EXPECT_EQ(record.request_headers, (audit::Headers{{"Host", mark}}));
  EXPECT_EQ(record.filter_reason, "no rule matches " + mark);
}

TEST(RecordMask, HidesWhatIsPutTogetherFromPieces) {
  EXPECT_EQ(hidden_url("https://a.test/LogSecret/0123abcXYZ"), "https://a.test/" + mark);
  EXPECT_EQ(hidden_url("https://a.test/x?a=LogSecret&b=0123abcXYZ"), "https://a.test/x?" + mark);
  EXPECT_EQ(
      hidden_url("https://a.test/LogSecret/0123abcXYZ?a=LogSecret0123&b=abcXYZ"),
      "https://a.test/" + mark + "?" + mark);
  EXPECT_EQ(hidden_url("https://a.test/a/b?c=d"), "https://a.test/a/b?c=d");
  const auto record =
      hidden({.request_headers = {{"X-A", "LogSecret"}, {"X-B", "b"}, {"x-a", "0123abcXYZ"}}});
  EXPECT_EQ(record.request_headers, (audit::Headers{{"X-A", mark}, {"X-B", "b"}, {"x-a", mark}}));
}

TEST(RecordMask, HidesPiecesBesideTheWhole) {
  EXPECT_EQ(
      hidden_url("https://a.test/LogSecret0123abcXYZ/LogSecret/0123abcXYZ"),
      "https://a.test/" + mark);
}

TEST(RecordMask, HidesWhatSaysWhereItStood) {
  const auto record = hidden({.where = {"key body:$.LogSecret0123abcXYZ", "key url"}});
  EXPECT_EQ(record.where, (std::vector<std::string>{"key body:$." + mark, "key url"}));
}

TEST(RecordMask, CutsABodyWhereNoSecretCanHaveBegun) {
  const auto record = hidden(
      {.request_body = "one two LogSecret0123abcXY",
       .request_body_truncated = true,
       .response_body = R"({"a": "b", "c": "LogSecret0)",
       .response_body_truncated = true});
  EXPECT_EQ(record.request_body, "one two ");
  EXPECT_EQ(record.response_body, R"({"a": "b", "c": )");
}

TEST(RecordMask, CutsLittleOfABodyWithoutBlanks) {
  const auto record =
      hidden({.request_body = std::string(5000, 'x'), .request_body_truncated = true});
  EXPECT_GT(record.request_body.size(), 4000U);
}

TEST(RecordMask, LeavesAWholeBodyItsEnd) {
  EXPECT_EQ(hidden({.request_body = "one two"}).request_body, "one two");
}

std::string compressed_message(std::string_view text) {
  std::string packed;
  content::grpc::compress(text, content::Coding::gzip, packed);
  std::string body;
  content::grpc::append_message(body, content::grpc::compressed, packed);
  return body;
}

TEST(RecordMask, ReadsMessagesThatAreCompressed) {
  std::string expected;
  content::grpc::append_message(expected, 0, "a " + mark);
  const auto body = compressed_message("a LogSecret0123abcXYZ");
  for (const auto* field : {"grpc-encoding", "Connect-Content-Encoding"}) {
    const auto record = hidden(
        {.request_headers = {{"Content-Type", "application/grpc"}, {field, "gzip"}},
         .request_body = body});
    // The length is that of what was said.
    EXPECT_EQ(record.request_body.substr(5), expected.substr(5)) << field;
  }
}

TEST(RecordMask, LeavesOutMessagesThatNobodyCanRead) {
  const auto record = hidden(
      {.response_headers = {{"Content-Type", "application/grpc"}},
       .response_body = compressed_message(noted_secret)});
  EXPECT_EQ(record.response_body, std::string(5, '\0'));
}

TEST(RecordMask, LetsNoMessageBecomeMuchMore) {
  const auto record = hidden(
      {.response_headers = {{"Content-Type", "application/grpc"}, {"grpc-encoding", "gzip"}},
       .response_body = compressed_message(std::string(1'000'000, 'x'))});
  EXPECT_LT(record.response_body.size(), 10'000U);
}

TEST(RecordMask, LeavesACleanRequestAlone) {
  const auto record = hidden({.url = "https://a.test/LogSecret0123abcXYZ"}, Sent::clean);
  EXPECT_EQ(record.url, "https://a.test/LogSecret0123abcXYZ");
}

TEST(RecordMask, HidesTokensWhereverTheyStand) {
  const auto token = "acm_" + std::string(64, 'A');
  const auto pipeline = pipeline_with(std::make_shared<flow::TokenGate>("/none", "/none", "/none"));
  audit::Record record{
      .url = "https://a.test/" + token + "?token=" + token + "&x=acm_short",
      .request_headers = {{token, "x"}, {"X-Note", "see " + token + ", " + token}},
      .error = "no " + token};
  RecordMask(pipeline).hide(record, Sent::clean);
  EXPECT_EQ(record.url, "https://a.test/[TOKEN]?token=[TOKEN]&x=acm_short");
  EXPECT_EQ(
      record.request_headers,
      (audit::Headers{{"[TOKEN]", "x"}, {"X-Note", "see [TOKEN], [TOKEN]"}}));
  EXPECT_EQ(record.error, "no [TOKEN]");
}

}  // namespace
}  // namespace gateway
