// SPDX-License-Identifier: Apache-2.0
#include "secrets/aws_claim.h"

#include <optional>

#include "base/text.h"
#include "secrets/percent.h"
#include "secrets/sigv4.h"

namespace secrets {
namespace {

using Kind = AwsClaim::Kind;

constexpr std::string_view version_2 = "signature version 2";
constexpr std::string_view version_4a = "SigV4A (AWS4-ECDSA-P256-SHA256)";

/// "KEY/20150830/eu-west-1/s3/aws4_request". A key id with slashes is none of AWS.
void read_credential(std::string_view text, AwsClaim& claim) {
  const auto parts = base::split(text, '/');
  claim.access_key_id = parts[0];
  if (parts.size() != 5 || parts[4] != "aws4_request") return;
  claim.region = parts[2];
  claim.service = parts[3];
}

/// The value of `Name=` in the list that follows the algorithm.
std::string_view part_of(std::string_view authorization, std::string_view name) {
  for (const auto piece : base::split(authorization.substr(authorization.find(' ') + 1), ',')) {
    const auto part = base::trim(piece);
    if (part.starts_with(name) && part.substr(name.size()).starts_with('='))
      return part.substr(name.size() + 1);
  }
  return {};
}

AwsClaim claim_in_field(std::string_view authorization) {
  const auto scheme = authorization.substr(0, authorization.find(' '));
  AwsClaim claim{.kind = Kind::other, .name = "another kind of authorization"};
  if (scheme == sigv4::algorithm) claim.kind = Kind::field;
  if (scheme == "AWS4-ECDSA-P256-SHA256") claim.name = version_4a;
  if (claim.kind == Kind::field || claim.name == version_4a) {
    read_credential(part_of(authorization, "Credential"), claim);
  } else if (scheme == "AWS") {
    claim.name = version_2;
    const auto rest = base::trim(authorization.substr(scheme.size()));
    claim.access_key_id = rest.substr(0, rest.find(':'));
  } else {
    claim.access_key_id =
        base::trim(authorization.substr(std::min(authorization.find(' '), authorization.size())));
  }
  return claim;
}

AwsClaim claim_in_query(std::string_view query) {
  AwsClaim claim;
  bool version_4 = false;
  std::string algorithm(sigv4::algorithm);
  for (const auto parameter : base::split(query, '&')) {
    const auto equals = parameter.find('=');
    const auto name = percent_decode_form(parameter.substr(0, equals));
    const auto value = equals == std::string_view::npos
                           ? std::string()
                           : percent_decode_form(parameter.substr(equals + 1));
    if (base::iequals(name, "X-Amz-Signature")) version_4 = true;
    if (base::iequals(name, "X-Amz-Algorithm")) algorithm = value;
    if (base::iequals(name, "X-Amz-Credential")) {
      version_4 = true;
      read_credential(value, claim);
    }
    if (name == "AWSAccessKeyId") {
      claim = {.kind = Kind::other_url, .access_key_id = value, .name = std::string(version_2)};
      return claim;
    }
  }
  if (!version_4) return {};
  claim.kind = algorithm == sigv4::algorithm ? Kind::query : Kind::other_url;
  if (claim.kind == Kind::other_url) claim.name = version_4a;
  return claim;
}

}  // namespace

AwsClaim aws_claim_of(const RequestView& request) {
  if (!request.target.query.empty()) {
    auto claim = claim_in_query(request.target.query);
    if (claim.kind != Kind::none) return claim;
  }
  const auto authorization = request.field("authorization");
  if (!authorization || authorization->empty()) return {};
  return claim_in_field(*authorization);
}

}  // namespace secrets
