// SPDX-License-Identifier: Apache-2.0
#include "tokens/path_glob.h"

#include <gtest/gtest.h>

namespace tokens {
namespace {

struct PathCase {
  std::string_view pattern;
  std::string_view path;
  bool matches;
};

constexpr PathCase path_cases[] = {
    {"/v1/customers/*", "/v1/customers/cus_1", true},
    {"/v1/customers/*", "/v1/customers/", true},
    {"/v1/customers/*", "/v1/customers", false},
    {"/v1/customers/*", "/v1/customers/a/b", false},
    {"/v1/customers/*", "/V1/customers/a", false},
    {"/v1/**", "/v1", true},
    {"/v1/**", "/v1/", true},
    {"/v1/**", "/v1/a/b", true},
    {"/v1/**", "/v1x", false},
    {"/v1/**/refunds", "/v1/refunds", true},
    {"/v1/**/refunds", "/v1/a/b/refunds", true},
    {"/v1/**/refunds", "/v1/a/b", false},
    {"/v1/c*s", "/v1/charges", true},
    {"/v1/c*s", "/v1/c/s", false},
    {"/**", "/", true},
    {"/**", "/anything/at/all", true},
    {"**", "/anything/at/all", true},
    {"*", "/", false},
    {"*", "/a", false},
    {"/exact", "/exact", true},
    {"/exact", "/exactly", false},
    {"/exact", "/exact/", false},
    {"/%7euser/*", "/~user/x", true},
    {"/a.b", "/aXb", false},
    {"/.well-known/*", "/.well-known/x", true},
    {"/..a/%2e%2eb", "/..a/..b", true},
    {"/a/..*", "/a/..b", true},
    {"", "/", false},
};

TEST(PathOfAToken, MatchesAsThePathOfARuleDoes) {
  for (const PathCase& row : path_cases) {
    EXPECT_EQ(path_matches(row.pattern, row.path), row.matches)
        << row.pattern << " against " << row.path;
  }
}

TEST(PathOfAToken, MatchesNothingWhenItCouldBeReadInTwoWays) {
  EXPECT_FALSE(path_matches("/a?", "/ab"));
  EXPECT_FALSE(path_matches("/[ab]", "/a"));
  EXPECT_FALSE(path_matches("/{a,b}", "/a"));
  EXPECT_FALSE(path_matches("/\\*", "/*"));
}

TEST(PathOfAToken, MatchesNothingWhenNoPathIsLikeIt) {
  EXPECT_FALSE(path_matches("/a/../*", "/b"));
  EXPECT_FALSE(path_matches("/a/../b", "/b"));
  EXPECT_FALSE(path_matches("/a/%2E", "/a/"));
  EXPECT_FALSE(path_matches("/a b", "/a%20b"));
  EXPECT_FALSE(path_matches("a", "/a"));
}

struct Permission {
  std::string pattern;
  std::string_view path;
  bool permits;
};

const Permission permissions[] = {
    {"/users/*/profile", "/users/a/profile", true},
    {"/users/*/profile", "/users//profile", false},
    {"/users/*/profile", "/users/a%2Fb/profile", false},
    {"/users/*/profile", "/users/a%2fb/profile", false},
    {"/users/*/profile", "//users/a/profile", false},
    {"/v1/customers/*", "/v1/customers/c%2Fcharges", false},
    {"/v1/customers/*", "/v1/customers/%2F", true},  // the same as "/v1/customers/"
    {"/v1/**", "/v1//a%2Fb", true},
    {"/v1/**", "/v1%2Fa", false},
    {"/projects/group%2Fname/*", "/projects/group%2Fname/issues", true},
    {"/projects/group%2fname/*", "/projects/group%2Fname/issues", true},
    {"/projects/group%2Fname/*", "/projects/group%2Fname/a%2Fb", false},
    {"/projects/group%2Fname/*", "/projects/group/name/issues", false},
    {"/projects/*%2F*/issues", "/projects/group%2Fname/issues", true},
    {"/projects/*%2F*/issues", "/projects/group%2Fsub%2Fname/issues", false},
    {"/a//b", "/a//b", true},
};

TEST(PathOfAToken, HoldsForEachReadingOfThePath) {
  for (const auto& [pattern, path, permits] : permissions)
    EXPECT_EQ(permit_path({&pattern, 1}, path), permits) << pattern << " against " << path;
}

TEST(PathOfAToken, MayHaveAPatternForEachReading) {
  const std::string patterns[] = {"/v1/customers/*", "/v1/customers/*/charges"};
  EXPECT_TRUE(permit_path(patterns, "/v1/customers/c%2Fcharges"));
  EXPECT_FALSE(permit_path(patterns, "/v1/customers/c%2Frefunds"));
}

}  // namespace
}  // namespace tokens
