// SPDX-License-Identifier: Apache-2.0
#include "secrets/aws_host.h"

#include <gtest/gtest.h>

namespace secrets {
namespace {

TEST(AwsHost, TellsServiceAndRegion) {
  const struct {
    const char* host;
    const char* service;
    const char* region;
  } rows[] = {
      {"dynamodb.eu-west-1.amazonaws.com", "dynamodb", "eu-west-1"},
      {"sts.amazonaws.com", "sts", "us-east-1"},
      {"iam.cn-north-1.amazonaws.com.cn", "iam", "cn-north-1"},
      {"iam.amazonaws.com.cn", "iam", "cn-north-1"},
      {"ec2.us-gov-west-1.amazonaws.com", "ec2", "us-gov-west-1"},
      {"kms-fips.us-west-2.amazonaws.com", "kms", "us-west-2"},
      {"sqs.eu-central-1.api.aws", "sqs", "eu-central-1"},
      {"email.us-east-1.amazonaws.com", "ses", "us-east-1"},
      {"bedrock-runtime.us-east-1.amazonaws.com", "bedrock", "us-east-1"},
      {"abc123.execute-api.ap-southeast-2.amazonaws.com", "execute-api", "ap-southeast-2"},
      {"search-x.us-east-1.es.amazonaws.com", "es", "us-east-1"},
      {"api.ecr.us-east-1.amazonaws.com", "ecr", "us-east-1"},
      {"abcdef.lambda-url.eu-west-1.on.aws", "lambda", "eu-west-1"},
      // S3: the bucket in the path or in the host, and hosts as they were once called
      {"s3.amazonaws.com", "s3", "us-east-1"},
      {"bucket.s3.amazonaws.com", "s3", "us-east-1"},
      {"s3.eu-west-3.amazonaws.com", "s3", "eu-west-3"},
      {"my.bucket.s3.eu-west-3.amazonaws.com", "s3", "eu-west-3"},
      {"bucket.s3.dualstack.eu-west-3.amazonaws.com", "s3", "eu-west-3"},
      {"bucket.s3-fips.us-east-2.amazonaws.com", "s3", "us-east-2"},
      {"s3-fips.dualstack.us-east-2.amazonaws.com", "s3", "us-east-2"},
      {"bucket.s3-accelerate.amazonaws.com", "s3", "us-east-1"},
      {"bucket.s3-us-west-2.amazonaws.com", "s3", "us-west-2"},
      {"123.s3-control.us-east-1.amazonaws.com", "s3", "us-east-1"},
      // nothing to be seen
      {"minio.test", "", ""},
      {"amazonaws.com", "", ""},
      {"s3.amazonaws.com.evil.test", "", ""},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(aws_place_of(row.host).service, row.service) << row.host;
    EXPECT_EQ(aws_place_of(row.host).region, row.region) << row.host;
  }
}

TEST(AwsHost, TellsWhichHostsAnybodyMayHave) {
  for (const auto* host :
       {"x.execute-api.eu-west-1.amazonaws.com", "x.lambda-url.eu-west-1.on.aws",
        "x.eu-west-1.elb.amazonaws.com", "ec2-1-2-3-4.eu-west-1.compute.amazonaws.com",
        "bucket.s3-website-us-east-1.amazonaws.com"})
    EXPECT_TRUE(aws_place_of(host).is_customers) << host;
  for (const auto* host :
       {"sts.amazonaws.com", "bucket.s3.eu-west-1.amazonaws.com",
        "vpce-1.s3.eu-west-1.vpce.amazonaws.com"})
    EXPECT_FALSE(aws_place_of(host).is_customers) << host;
}

}  // namespace
}  // namespace secrets
