// SPDX-License-Identifier: Apache-2.0
#include "http/write.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "http/h1.h"

namespace http {
namespace {

using namespace std::string_literals;

TEST(Write, WritesARequestThatReadsBackTheSame) {
  const Request request{
      .method = "PUT", .target = "/x?y", .fields = {{"Host", "a.test"}, {"X", ""}, {"x", "a b"}}};
  std::string out;
  ASSERT_TRUE(append_request_head(out, request));
  EXPECT_EQ(out, "PUT /x?y HTTP/1.1\r\nHost: a.test\r\nX: \r\nx: a b\r\n\r\n");
  EXPECT_EQ(parse_request(out), (Parsed<Request>(Complete<Request>{request, out.size()})));
}

TEST(Write, WritesAResponseThatReadsBackTheSame) {
  const Response response{.status = 200, .reason = "", .fields = {{"X", "y"}}};
  std::string out;
  ASSERT_TRUE(append_response_head(out, response));
  EXPECT_EQ(out, "HTTP/1.1 200 \r\nX: y\r\n\r\n");
  EXPECT_EQ(parse_response(out), (Parsed<Response>(Complete<Response>{response, out.size()})));
}

TEST(Write, NamesTheVersion) {
  std::string out;
  ASSERT_TRUE(append_response_head(out, {.reason = "OK", .version = Version::http_1_0}));
  ASSERT_TRUE(append_response_head(out, {.reason = "OK", .version = Version::http_2}));
  EXPECT_EQ(out, "HTTP/1.0 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n");
}

TEST(Write, RefusesPartsThatWouldReadDifferently) {
  const Request good{.method = "GET", .target = "/"};
  std::vector<Request> bad(7, good);
  bad[0].method = "GET /evil HTTP/1.1\r\nX:";
  bad[1].method = "";
  bad[2].target = "/ HTTP/1.1\r\nX: y";
  bad[3].target = "/a b";
  bad[4].fields.add("X", "a\r\nY: b");
  bad[5].fields.add("X: y\r\nZ", "a");
  bad[6].fields.add("X", "a\0b"s);
  for (const auto& request : bad) {
    std::string out = "kept";
    EXPECT_FALSE(append_request_head(out, request));
    EXPECT_EQ(out, "kept");
  }
}

TEST(Write, RefusesBadStatusLines) {
  std::string out;
  EXPECT_FALSE(append_response_head(out, {.status = 99}));
  EXPECT_FALSE(append_response_head(out, {.status = 1000}));
  EXPECT_FALSE(append_response_head(out, {.reason = "OK\nX: y"}));
  EXPECT_EQ(out, "");
}

TEST(Write, WritesChunks) {
  std::string out;
  append_chunk_begin(out, 26);
  out += "abcdefghijklmnopqrstuvwxyz";
  append_chunk_end(out);
  ASSERT_TRUE(append_last_chunk(out, {{"X", "y"}}));
  EXPECT_EQ(out, "1a\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\nX: y\r\n\r\n");
}

TEST(Write, RefusesAnEmptyChunkAndBadTrailers) {
  std::string out;
  EXPECT_THROW(append_chunk_begin(out, 0), std::logic_error);
  EXPECT_FALSE(append_last_chunk(out, {{"X", "\r\n"}}));
  EXPECT_EQ(out, "");
}

}  // namespace
}  // namespace http
