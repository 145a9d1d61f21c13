// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which service of AWS, and in which region, answers at a host: what a signature has to name.

#include <string>
#include <string_view>

namespace secrets {

struct AwsPlace {
  std::string service;  // as signatures name it; empty: not to be seen from the host
  std::string region;   // likewise
  bool operator==(const AwsPlace&) const = default;
  bool is_customers = false;  // it may belong to anybody: a gateway, a function, a balancer
};

/// For the hosts of AWS (amazonaws.com, amazonaws.com.cn, api.aws, on.aws), with their endpoints
/// for FIPS and both families of addresses, S3 with the bucket in the host or in the path. A host
/// that names no region is in its partition's first one. Both are empty for other hosts.
AwsPlace aws_place_of(std::string_view host);

/// Whether the service has object keys for paths and takes bodies that are not signed.
bool is_s3(std::string_view service);

}  // namespace secrets
