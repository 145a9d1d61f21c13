// SPDX-License-Identifier: Apache-2.0
#include "secrets/aws_signature.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/encoding.h"
#include "secrets/mechanism_test_support.h"

namespace secrets {
namespace {

using namespace std::chrono_literals;
using test::Asked;
using test::field_of;
using test::inject;
using test::outcome;

constexpr std::string_view secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const std::string no_body = base::to_hex(base::sha256(""));
const std::string bucket = "examplebucket.s3.amazonaws.com";

/// Midnight of 24 May 2013, when the examples of S3 were signed.
const Circumstances then{.now = base::WallTime(1369353600s)};

Injector signer(InjectorSpec spec = {}, std::string_view session = "") {
  spec.type = "aws-sigv4";
  if (!spec.host) spec.host = "*";
  return test::injector_of(
             std::move(spec), {.token = base::Secret(secret_key),
                               .access_key_id = base::Secret("AKIAIOSFODNN7EXAMPLE"),
                               .session_token = base::Secret(session)})
      .value();
}

/// As a client signs that has only dummies.
std::string dummy_signature(std::string_view scope, std::string_view key = "proxy-managed") {
  return "AWS4-HMAC-SHA256 Credential=" + std::string(key) + "/20130101/" + std::string(scope) +
         "/aws4_request, SignedHeaders=host;x-amz-date, Signature=0000";
}

std::string signature_in(const std::string& authorization) {
  return authorization.substr(authorization.find("Signature=") + 10);
}

TEST(AwsSignature, IsThatOfTheExamplesOfS3) {
  const Asked list{
      .host = bucket,
      .query = "max-keys=2&prefix=J",
      .fields = {{"x-amz-content-sha256", no_body}, {"User-Agent", "unsigned"}}};
  const auto signed_list = inject(signer(), list, then);
  EXPECT_EQ(
      field_of(signed_list, "Authorization"),
      "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
      "SignedHeaders=host;x-amz-content-sha256;x-amz-date, "
      "Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
  EXPECT_EQ(field_of(signed_list, "X-Amz-Date"), "20130524T000000Z");
  EXPECT_EQ(field_of(signed_list, "X-Amz-Content-Sha256"), no_body);
}

TEST(AwsSignature, TakesThePlaceOfADummysSignature) {
  const Asked asked{
      .host = bucket,
      .query = "lifecycle",
      .fields = {
          {"Authorization", dummy_signature("us-east-1/s3")},
          {"X-Amz-Date", "20130101T000000Z"},
          {"X-Amz-Security-Token", "dummy"},
          {"x-amz-content-sha256", no_body}}};
  const auto injection = inject(signer(), asked, then);
  EXPECT_EQ(
      signature_in(field_of(injection, "Authorization")),
      "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
  EXPECT_EQ(field_of(injection, "X-Amz-Security-Token"), "none");
  const auto& erased = std::get<Edits>(injection).erased;
  EXPECT_NE(std::ranges::find(erased, "X-Amz-Security-Token"), erased.end());
}

TEST(AwsSignature, SendsTheTokenOfASession) {
  const auto injection = inject(signer({}, "session-token"), {.host = bucket}, then);
  EXPECT_EQ(field_of(injection, "X-Amz-Security-Token"), "session-token");
  EXPECT_NE(
      field_of(injection, "Authorization").find("x-amz-date;x-amz-security-token,"),
      std::string::npos);
}

TEST(AwsSignature, KeepsThatOfAnotherKeyUnlessItOverwrites) {
  const Asked foreign{
      .host = bucket, .fields = {{"Authorization", dummy_signature("us-east-1/s3", "AKIAOTHER")}}};
  EXPECT_EQ(outcome(signer(), foreign, then), "kept");
  EXPECT_NE(outcome(signer({.name = "x", .overwrite = true}), foreign, then), "kept");
  EXPECT_EQ(
      outcome(signer(), {.host = bucket, .fields = {{"Authorization", "Bearer mine"}}}, then),
      "kept");
}

TEST(AwsSignature, IsForWhatTheProgramMeansThenForWhatTheHostSays) {
  const auto scope = [](const Injector& injector, const Asked& asked) {
    const auto text = field_of(inject(injector, asked, then), "Authorization");
    const auto from = text.find("/20130524/") + 10;
    return text.substr(from, text.find("/aws4_request") - from);
  };
  const Asked told{
      .host = "minio.test", .fields = {{"Authorization", dummy_signature("eu-west-9/s3")}}};
  EXPECT_EQ(scope(signer(), told), "eu-west-9/s3");
  EXPECT_EQ(scope(signer(), {.host = "sts.eu-west-1.amazonaws.com"}), "eu-west-1/sts");
  InjectorSpec fixed{.name = "x", .region = "here", .service = "this"};
  EXPECT_EQ(scope(signer(std::move(fixed)), told), "here/this");
  EXPECT_EQ(
      outcome(signer(), {.host = "minio.test"}, then),
      "unfit: nothing tells which region and service of AWS minio.test is: set `region` and "
      "`service` of the credential");
}

TEST(AwsSignature, IsForNoOtherServiceAtAHostThatAnybodyMayHave) {
  const auto asked = [](const char* host, std::string_view scope) {
    return Asked{.host = host, .fields = {{"Authorization", dummy_signature(scope)}}};
  };
  for (const auto* host :
       {"evil.execute-api.us-east-1.amazonaws.com", "x.lambda-url.us-east-1.on.aws"})
    EXPECT_TRUE(std::holds_alternative<Unfit>(inject(signer(), asked(host, "us-east-1/sts"), then)))
        << host;
  EXPECT_TRUE(std::holds_alternative<Edits>(inject(
      signer(), asked("mine.execute-api.us-east-1.amazonaws.com", "us-east-1/execute-api"), then)));
}

TEST(AwsSignature, LeavesTheBodiesOfS3Unsigned) {
  const Asked put{.method = "PUT", .host = bucket, .path = "/k", .has_body = true};
  EXPECT_EQ(field_of(inject(signer(), put, then), "X-Amz-Content-Sha256"), "UNSIGNED-PAYLOAD");
  for (const auto* mode : {"UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"}) {
    Asked told = put;
    told.fields = {{"X-Amz-Content-Sha256", mode}};
    EXPECT_EQ(field_of(inject(signer(), told, then), "X-Amz-Content-Sha256"), mode);
  }
}

TEST(AwsSignature, SignsTheBodyWhereTheServiceWantsIt) {
  const Asked post{.method = "POST", .host = "dynamodb.eu-west-1.amazonaws.com", .has_body = true};
  EXPECT_TRUE(
      test::with_view(post, [](const RequestView& view) { return signer().needs_body(view); }));
  EXPECT_TRUE(outcome(signer(), post, then).starts_with("unfit: a request to dynamodb is signed"));
  Circumstances known = then;
  known.body = "{}";
  EXPECT_EQ(field_of(inject(signer(), post, known), "X-Amz-Content-Sha256"), "none");
  const Asked other_host{.method = "POST", .host = bucket, .has_body = true};
  EXPECT_FALSE(test::with_view(
      other_host, [](const RequestView& view) { return signer().needs_body(view); }));
}

TEST(AwsSignature, StartsTheSignaturesOfChunks) {
  const Asked chunked{
      .method = "PUT",
      .host = "s3.amazonaws.com",
      .path = "/examplebucket/chunkObject.txt",
      .fields = {{"X-Amz-Content-Sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"}},
      .has_body = true};
  const auto injection = inject(signer(), chunked, then);
  const auto& chunks = std::get<Edits>(injection).chunks;
  ASSERT_TRUE(chunks);
  EXPECT_EQ(chunks->seed, signature_in(field_of(injection, "Authorization")));
  EXPECT_EQ(chunks->timestamp, "20130524T000000Z");
  EXPECT_EQ(chunks->scope.to_string(), "20130524/us-east-1/s3/aws4_request");
}

TEST(AwsSignature, RefusesBodiesInModesItDoesNotKnow) {
  for (const auto* mode : {"STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", "", "no hash"}) {
    const Asked unknown{
        .method = "PUT", .host = bucket, .fields = {{"X-Amz-Content-Sha256", mode}}};
    EXPECT_TRUE(
        outcome(signer(), unknown, then).starts_with("unfit: the body is signed in the mode "))
        << mode;
  }
}

constexpr std::string_view presigned =
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=proxy-managed%2F20130101%2Fus-east-1%2F"
    "s3%2Faws4_request&X-Amz-Date=20130101T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&"
    "X-Amz-Security-Token=dummy&X-Amz-Signature=0000";

TEST(AwsSignature, PresignsAnewWhatADummyPresigned) {
  EXPECT_EQ(
      outcome(
          signer(), {.host = bucket, .path = "/test.txt", .query = std::string(presigned)}, then),
      "?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2F"
      "us-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&"
      "X-Amz-SignedHeaders=host&"
      "X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

TEST(AwsSignature, KeepsTheOtherParametersOfAPresignedUrl) {
  const auto query = "versionId=1&" + std::string(presigned) + "&response-content-type=a%2Fb";
  EXPECT_TRUE(outcome(signer(), {.host = bucket, .query = query}, then)
                  .starts_with("?versionId=1&response-content-type=a%2Fb&X-Amz-Algorithm="));
}

TEST(AwsSignature, RefusesAUrlPresignedWithAnotherKey) {
  for (const auto* query :
       {"X-Amz-Credential=AKIAOTHER%2F20130101%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Signature=0",
        "X-Amz-Signature=0", "x-amz-signature=0", "a=1&AWSAccessKeyId=AKIAOTHER&Signature=0",
        "X-Amz-Algorithm=AWS4-ECDSA-P256-SHA256&X-Amz-Signature=0"})
    for (const bool overwrite : {false, true})
      EXPECT_TRUE(
          outcome(
              signer({.name = "x", .overwrite = overwrite}), {.host = bucket, .query = query}, then)
              .starts_with("unfit: the URL is presigned with"))
          << query;
}

TEST(AwsSignature, NamesTheKindsOfSignatureThatItCannotMake) {
  EXPECT_EQ(
      outcome(
          signer(),
          {.host = bucket,
           .fields =
               {{"Authorization",
                 "AWS4-ECDSA-P256-SHA256 Credential=proxy-managed/20130101/s3/aws4_request"}}},
          then),
      "unfit: the request is signed with SigV4A (AWS4-ECDSA-P256-SHA256); Signature Version 4 is "
      "wanted");
  EXPECT_EQ(
      outcome(
          signer(), {.host = bucket, .fields = {{"Authorization", "AWS proxy-managed:sig="}}},
          then),
      "unfit: the request is signed with signature version 2; Signature Version 4 is wanted");
}

TEST(AwsSignature, HidesTheKeyItsIdAndTheSession) {
  EXPECT_EQ(
      signer({}, "session-token").hidden(),
      (std::vector<std::string_view>{secret_key, "AKIAIOSFODNN7EXAMPLE", "session-token"}));
}

TEST(AwsSignature, ComesFromTheVariablesOfTheCommandLine) {
  std::vector<InjectorSpec> specs;
  specs.push_back({.name = "aws", .enabled = true});
  const Environment environment{
      {"AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"}, {"AWS_SECRET_ACCESS_KEY", "s3cret-key"}};
  EXPECT_EQ(Injectors::create(specs, environment, "/")->all().size(), 1U);
  const auto half = Injectors::create(specs, {{"AWS_SECRET_ACCESS_KEY", "s3cret-key"}}, "/");
  ASSERT_EQ(half->disabled().size(), 1U);
  EXPECT_EQ(
      half->disabled()[0].reason,
      "there is no access key id: the environment variable AWS_ACCESS_KEY_ID is not set");
}

}  // namespace
}  // namespace secrets
