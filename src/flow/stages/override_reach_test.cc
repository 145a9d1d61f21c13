// SPDX-License-Identifier: Apache-2.0
#include "flow/stages/override_reach.h"

#include <gtest/gtest.h>

#include "flow/test_support.h"

namespace flow {
namespace {

/// Why a GET with this field is refused where a credential is for GET alone, and a secret as well.
std::string refusal_with(http::Field field, bool has_credential, bool has_secret) {
  auto spec = test::credential();
  spec.methods = {"GET"};
  spec.enabled = has_credential;
  std::vector<secrets::PlaceholderSpec> secret(has_secret ? 1 : 0);
  for (auto& each : secret) {
    each.name = "KEY";
    each.hosts = {"api.example.com"};
    each.placeholder = "PLACEHOLDER_KEY";
    each.paths = {"/v1/**"};
    each.source.value = base::Secret("s3cret");
  }
  const Pipeline pipeline(
      test::open_policy(), test::injectors_of(std::move(spec)),
      secrets::Placeholders::create(secret, {}, "/", [](auto) {
        return std::string("r");
      }).value());
  Flow flow = test::captured("/v1/x", {{"Host", "api.example.com"}, std::move(field)});
  const Verdict verdict = pipeline.judge(flow);
  const auto* deny = std::get_if<Deny>(&verdict);
  return deny == nullptr ? "" : deny->reason;
}

TEST(OverrideReach, ACredentialForOneMethodGoesWithNoOther) {
  EXPECT_EQ(
      refusal_with({"X-HTTP-Method-Override", "DELETE"}, true, false),
      "`example` is not for what is asked for by the field X-HTTP-Method-Override: DELETE /v1/x");
  EXPECT_EQ(refusal_with({"X-HTTP-Method-Override", "GET"}, true, false), "");
}

TEST(OverrideReach, ASecretForSomePathsGoesToNoOther) {
  EXPECT_EQ(
      refusal_with({"X-Original-URL", "/v2/x"}, false, true),
      "`KEY` is not for what is asked for by the field X-Original-URL: GET /v2/x");
  EXPECT_EQ(refusal_with({"X-Original-URL", "/v1/y"}, false, true), "");
}

TEST(OverrideReach, WithoutASecretNothingIsLost) {
  EXPECT_EQ(refusal_with({"X-Original-URL", "/v2/x"}, false, false), "");
}

}  // namespace
}  // namespace flow
