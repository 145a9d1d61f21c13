// SPDX-License-Identifier: Apache-2.0
#include "secrets/reach.h"

#include <gtest/gtest.h>

namespace secrets {
namespace {

using policy::Target;

Reach make(const ReachSpec& spec) {
  auto reach = Reach::compile(spec);
  EXPECT_TRUE(reach) << reach.error().message;
  return *std::move(reach);
}

std::string reach_error(const ReachSpec& spec) {
  const auto reach = Reach::compile(spec);
  return reach ? "none" : reach.error().message;
}

constexpr Target ordinary{
    .method = "GET", .scheme = "https", .host = "api.test", .port = 443, .path = "/v1/users"};

Target with(auto Target::* part, auto value) {
  Target target = ordinary;
  target.*part = value;
  return target;
}

TEST(Reach, IsNowhereWhenNoHostIsNamed) {
  EXPECT_FALSE(Reach().covers(ordinary));
  EXPECT_FALSE(make({}).covers(ordinary));
}

TEST(Reach, CoversAHostOverTlsOnItsOwnPort) {
  const auto reach = make({.hosts = {"API.test"}});
  EXPECT_TRUE(reach.covers(ordinary));
  EXPECT_EQ(reach.why_not(ordinary), "");
}

TEST(Reach, TakesAHostWithWildcardsForAGlob) {
  const auto reach = make({.hosts = {"*.example.test", "api.test"}});
  EXPECT_TRUE(reach.has_host("a.b.example.test"));
  EXPECT_TRUE(reach.has_host("api.test"));
  EXPECT_FALSE(reach.has_host("example.test"));
}

TEST(Reach, SaysWhyItDoesNotCoverARequest) {
  const auto reach = make({.hosts = {"api.test"}, .methods = {"GET"}, .paths = {"/v1/**"}});
  EXPECT_EQ(reach.why_not(with(&Target::host, "evil.test")), "is not for evil.test");
  EXPECT_EQ(
      reach.why_not(with(&Target::scheme, "http")), "does not go over a connection without TLS");
  EXPECT_EQ(reach.why_not(with(&Target::port, std::uint16_t{8443})), "is not for port 8443");
  EXPECT_EQ(reach.why_not(with(&Target::method, "PUT")), "is not for PUT requests");
  EXPECT_EQ(reach.why_not(with(&Target::path, "/v2")), "is not for this path");
}

TEST(Reach, CoversExactlyWhatItHasNoReasonAgainst) {
  const auto reach = make({.hosts = {"api.test"}, .methods = {"GET"}, .paths = {"/v1/**"}});
  for (const auto& target :
       {ordinary, with(&Target::host, "evil.test"), with(&Target::scheme, "http"),
        with(&Target::port, std::uint16_t{80}), with(&Target::method, "PUT"),
        with(&Target::path, "/v2")})
    EXPECT_EQ(reach.covers(target), reach.why_not(target).empty());
}

TEST(Reach, CoversPlaintextOnlyWhereThatIsAllowed) {
  Target plain = with(&Target::scheme, "http");
  plain.port = 80;
  EXPECT_FALSE(make({.hosts = {"api.test"}}).covers(plain));
  EXPECT_TRUE(make({.hosts = {"api.test"}, .allow_plaintext = true}).covers(plain));
}

TEST(Reach, CoversOnlyTheSchemesThatAreNamed) {
  const auto reach = make({.hosts = {"api.test"}, .schemes = {"HTTP"}, .allow_plaintext = true});
  EXPECT_EQ(reach.why_not(ordinary), "is not for https");
}

TEST(Reach, PortsThatAreNamedTakeThePlaceOfTheUsualOne) {
  const auto reach = make({.hosts = {"api.test"}, .ports = {8443}});
  EXPECT_TRUE(reach.covers(with(&Target::port, std::uint16_t{8443})));
  EXPECT_FALSE(reach.covers(ordinary));
}

TEST(Reach, RefusesWhatCannotBeMeant) {
  EXPECT_EQ(reach_error({.schemes = {"ftp"}}), "`ftp` is no scheme");
  EXPECT_EQ(reach_error({.schemes = {"http"}}), "http is unencrypted");
  EXPECT_EQ(reach_error({.ports = {0}}), "0 is not a port");
  EXPECT_NE(reach_error({.hosts = {"a b"}}), "none");
  EXPECT_NE(reach_error({.methods = {"G T"}}), "none");
  EXPECT_NE(reach_error({.paths = {"v1"}}), "none");
}

TEST(Reach, OverlapsUnlessOnePartKeepsTheTwoApart) {
  const auto all = make({.hosts = {"a.test"}});
  const auto gets = make({.hosts = {"b.test"}, .methods = {"GET"}, .paths = {"/a/**"}});
  const auto puts = make({.hosts = {"b.test"}, .methods = {"PUT"}});
  const auto other = make({.hosts = {"b.test"}, .methods = {"GET"}, .paths = {"/b/**"}});
  EXPECT_TRUE(all.overlaps_beside_host(gets));
  EXPECT_FALSE(gets.overlaps_beside_host(puts));
  EXPECT_FALSE(gets.overlaps_beside_host(other));
}

}  // namespace
}  // namespace secrets
