// SPDX-License-Identifier: Apache-2.0
// The vectors that AWS publishes: its SigV4 test suite, and the examples of the S3 documentation.
#include "secrets/sigv4.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace secrets::sigv4 {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view secret_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const std::string no_body = base::to_hex(base::sha256(""));

std::string sign(
    const Request& request,
    const std::string& timestamp,
    const Scope& scope,
    std::string_view key = secret_key) {
  return signature(
      signing_key(base::Secret(key), scope),
      string_to_sign(timestamp, scope, canonical_request(request)));
}

struct Vector {
  const char* name;
  std::string_view method;
  std::string_view path;
  std::string_view query;
  std::vector<FieldView> more_fields;
  std::string_view body;
  const char* signature;
};

constexpr std::string_view unreserved =
    "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const std::string unreserved_path = "/" + std::string(unreserved);
const std::string unreserved_query = std::string(unreserved) + "=" + std::string(unreserved);
constexpr std::string_view session_token =
    "AQoDYXdzEPT//////////"
    "wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIe"
    "oIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/"
    "kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq"
    "5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+"
    "scqKmlzm8FDrypNC9"
    "Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==";

constexpr auto* vanilla = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
constexpr auto* vanilla_post = "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b";

const Vector suite[] = {
    {"get-vanilla", "GET", "/", "", {}, "", vanilla},
    {"get-vanilla-empty-query-key",
     "GET",
     "/",
     "Param1=value1",
     {},
     "",
     "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"},
    {"get-vanilla-query-order-key-case",
     "GET",
     "/",
     "Param2=value2&Param1=value1",
     {},
     "",
     "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
    {"get-vanilla-query-unreserved",
     "GET",
     "/",
     unreserved_query,
     {},
     "",
     "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"},
    {"get-vanilla-utf8-query",
     "GET",
     "/",
     "\u1234=bar",
     {},
     "",
     "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
    {"get-unreserved",
     "GET",
     unreserved_path,
     "",
     {},
     "",
     "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
    {"get-utf8",
     "GET",
     "/\u1234",
     "",
     {},
     "",
     "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
    {"get-space",
     "GET",
     "/example space/",
     "",
     {},
     "",
     "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"},
    {"get-relative", "GET", "/example/..", "", {}, "", vanilla},
    {"get-relative-relative", "GET", "/example1/example2/../..", "", {}, "", vanilla},
    {"get-slash", "GET", "//", "", {}, "", vanilla},
    {"get-slash-dot-slash", "GET", "/./", "", {}, "", vanilla},
    {"get-header-key-duplicate",
     "GET",
     "/",
     "",
     {{"My-Header1", "value2"}, {"My-Header1", "value2"}, {"My-Header1", "value1"}},
     "",
     "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"},
    {"get-header-value-order",
     "GET",
     "/",
     "",
     {{"My-Header1", "value4"},
      {"My-Header1", "value1"},
      {"My-Header1", "value3"},
      {"My-Header1", "value2"}},
     "",
     "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"},
    {"get-header-value-trim",
     "GET",
     "/",
     "",
     {{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}},
     "",
     "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
    {"post-vanilla", "POST", "/", "", {}, "", vanilla_post},
    {"post-vanilla-query",
     "POST",
     "/",
     "Param1=value1",
     {},
     "",
     "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"},
    {"post-header-key-sort",
     "POST",
     "/",
     "",
     {{"My-Header1", "value1"}},
     "",
     "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"},
    {"post-header-value-case",
     "POST",
     "/",
     "",
     {{"My-Header1", "VALUE1"}},
     "",
     "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"},
    {"post-sts-header-before",
     "POST",
     "/",
     "",
     {{"X-Amz-Security-Token", session_token}},
     "",
     "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"},
    {"post-x-www-form-urlencoded",
     "POST",
     "/",
     "",
     {{"Content-Type", "application/x-www-form-urlencoded"}},
     "Param1=value1",
     "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
    {"post-x-www-form-urlencoded-parameters",
     "POST",
     "/",
     "",
     {{"Content-Type", "application/x-www-form-urlencoded; charset=utf8"}},
     "Param1=value1",
     "1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe"},
};

TEST(Sigv4, SignsTheTestSuiteAsPublished) {
  const Scope scope{.day = "20150830", .region = "us-east-1", .service = "service"};
  for (const auto& row : suite) {
    const std::string body_hash = base::to_hex(base::sha256(row.body));
    Request request{
        .method = row.method,
        .path = row.path,
        .query = row.query,
        .signed_fields = {{"Host", "example.amazonaws.com"}, {"X-Amz-Date", "20150830T123600Z"}},
        .payload_hash = body_hash};
    request.signed_fields.insert(
        request.signed_fields.end(), row.more_fields.begin(), row.more_fields.end());
    EXPECT_EQ(sign(request, "20150830T123600Z", scope), row.signature)
        << row.name << "\n"
        << canonical_request(request);
  }
}

const struct {
  const char* normal;
  const char* path;
} paths[] = {{"/example", "/./example"}, {"/example/", "//example//"}, {"/a/c/", "/a/b/../c/."}};

TEST(Sigv4, NormalisesThePathsOfMostServices) {
  for (const auto& row : paths)
    EXPECT_EQ(canonical_path(row.path, PathForm::normalised), row.normal) << row.path;
  EXPECT_EQ(canonical_path("", PathForm::normalised), "/");
}

TEST(Sigv4, EscapesWhatWasSentOnceMore) {
  EXPECT_EQ(canonical_path("/a%20b/%C3%BC", PathForm::normalised), "/a%2520b/%25C3%25BC");
}

TEST(Sigv4, LeavesTheKeysOfS3AsTheyAre) {
  EXPECT_EQ(canonical_path("//a/./b//%2F+$", PathForm::as_key), "//a/./b//%2F%2B%24");
  EXPECT_EQ(canonical_path("/", PathForm::as_key), "/");
}

TEST(Sigv4, SortsAndEscapesAQuery) {
  EXPECT_EQ(canonical_query("b=2&a=1&a=0&&c"), "a=0&a=1&b=2&c=");
  EXPECT_EQ(canonical_query("a=x+y&b=x%2by&c=/"), "a=x%20y&b=x%2By&c=%2F");
}

constexpr std::string_view s3_time = "20130524T000000Z";
constexpr std::string_view s3_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const Scope s3_scope{.day = "20130524", .region = "us-east-1", .service = "s3"};

std::string sign_s3(
    std::string_view method,
    std::string_view path,
    std::string_view query,
    std::string_view payload_hash,
    std::vector<FieldView> more_fields) {
  Request request{
      .method = method,
      .path = path,
      .query = query,
      .signed_fields = std::move(more_fields),
      .payload_hash = payload_hash,
      .path_form = PathForm::as_key};
  request.signed_fields.push_back({"Host", "examplebucket.s3.amazonaws.com"});
  return sign(request, std::string(s3_time), s3_scope, s3_key);
}

std::string sign_s3_with_hash(
    std::string_view method,
    std::string_view path,
    std::string_view query,
    std::string_view hash,
    std::vector<FieldView> more_fields = {}) {
  more_fields.push_back({"x-amz-date", s3_time});
  more_fields.push_back({"x-amz-content-sha256", hash});
  return sign_s3(method, path, query, hash, std::move(more_fields));
}

TEST(Sigv4, SignsTheExamplesOfS3) {
  EXPECT_EQ(
      sign_s3_with_hash("GET", "/test.txt", "", no_body, {{"Range", "bytes=0-9"}}),
      "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
  const std::string welcome = base::to_hex(base::sha256("Welcome to Amazon S3."));
  EXPECT_EQ(
      sign_s3_with_hash(
          "PUT", "/test$file.text", "", welcome,
          {{"Date", "Fri, 24 May 2013 00:00:00 GMT"},
           {"x-amz-storage-class", "REDUCED_REDUNDANCY"}}),
      "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
  EXPECT_EQ(
      sign_s3_with_hash("GET", "/", "lifecycle", no_body),
      "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
  EXPECT_EQ(
      sign_s3_with_hash("GET", "/", "max-keys=2&prefix=J", no_body),
      "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST(Sigv4, SignsThePresignedExampleOfS3) {
  EXPECT_EQ(
      sign_s3(
          "GET", "/test.txt",
          "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2F"
          "us-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&"
          "X-Amz-SignedHeaders=host",
          unsigned_payload, {}),
      "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

TEST(Sigv4, SignsTheSeedOfTheChunkedExampleOfS3) {
  EXPECT_EQ(
      sign(
          {.method = "PUT",
           .path = "/examplebucket/chunkObject.txt",
           .signed_fields =
               {{"content-encoding", "aws-chunked"},
                {"content-length", "66824"},
                {"host", "s3.amazonaws.com"},
                {"x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"},
                {"x-amz-date", s3_time},
                {"x-amz-decoded-content-length", "66560"},
                {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
           .payload_hash = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
           .path_form = PathForm::as_key},
          std::string(s3_time), s3_scope, s3_key),
      "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9");
}

TEST(Sigv4, DerivesTheKeyOfTheDocumentation) {
  const auto key = signing_key(
      base::Secret(secret_key), {.day = "20150830", .region = "us-east-1", .service = "iam"});
  EXPECT_EQ(
      base::to_hex(key.reveal()),
      "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9");
}

TEST(Sigv4, WritesTheTimeWithoutPunctuation) {
  EXPECT_EQ(timestamp(base::WallTime(1440938160s + 999ms)), "20150830T123600Z");
}

}  // namespace
}  // namespace secrets::sigv4
