// SPDX-License-Identifier: Apache-2.0
#include "policy/loose.h"

#include <gtest/gtest.h>

#include "policy/normalise.h"

namespace policy {
namespace {

std::string loosely(std::string_view path) { return loosen_path(normalise_path(path).value()); }

TEST(LoosenPath, ForgetsCase) { EXPECT_EQ(loosely("/Admin/DELETE"), "/admin/delete"); }

TEST(LoosenPath, KeepsEscapesInTheirSpelling) { EXPECT_EQ(loosely("/A%c3%a9"), "/a%C3%A9"); }

TEST(LoosenPath, LeavesOutWhatStandsAtTheEnd) {
  for (const auto* path :
       {"/a", "/a/", "/a//", "/a.", "/a..", "/a%20", "/a%09", "/a%0A", "/a%0d%0a", "/a.%20.%20/",
        "/a;x", "/a%3Bx", "/a%3bx/", "//a", "/%09/a", "/%20./a"})
    EXPECT_EQ(loosely(path), "/a") << path;
}

TEST(LoosenPath, DecodesWhatWasEscapedTwice) {
  EXPECT_EQ(loosely("/%2561dmin"), "/admin");
  EXPECT_EQ(loosely("/%252561dmin"), "/admin");
  EXPECT_EQ(loosely("/a%252Fb"), "/a/b");
  EXPECT_EQ(loosely("/x/%252e%252E/admin"), "/admin");
  EXPECT_EQ(loosely("/x%252F..%252fadmin"), "/admin");
}

TEST(LoosenPath, KeepsAPercentSign) {
  EXPECT_EQ(loosely("/100%25"), "/100%25");
  EXPECT_EQ(loosely("/100%2525"), "/100%25");
  EXPECT_EQ(loosely("/100%25x"), "/100%25x");
}

TEST(LoosenPath, LeavesTheRoot) {
  for (const auto* path : {"/", "//", "/;x", "/..."})
    EXPECT_EQ(loosely(path), "/") << path;
}

TEST(LoosenPath, TakesTimeInProportion) {
  std::string path = "/%";
  for (int i = 0; i < 500'000; ++i)
    path += "25";
  EXPECT_EQ(loosen_path(path + "61"), "/a");
}

std::string loosened_text(std::string_view text, Scope scope, PatternType type) {
  const auto pattern = loosened(Pattern::compile(text, scope, type).value());
  return pattern ? pattern->text() : "none";
}

TEST(Loosened, IsThePatternInLowerCase) {
  EXPECT_EQ(loosened_text("/Admin/*", Scope::path, PatternType::glob), "/admin/*");
  EXPECT_EQ(loosened_text("/Admin.", Scope::path, PatternType::exact), "/admin");
  EXPECT_EQ(
      loosened_text("https://X.com/Admin/?A=B", Scope::url, PatternType::exact),
      "https://x.com/admin?a=b");
  EXPECT_EQ(loosened_text("^/Admin$", Scope::path, PatternType::regex), "(?i)^/Admin$");
}

TEST(Loosened, HasNoSlashAtTheEnd) {
  EXPECT_EQ(loosened_text("/Admin/", Scope::path, PatternType::glob), "/admin");
  EXPECT_EQ(loosened_text("https://x.com/a/", Scope::url, PatternType::glob), "https://x.com/a");
}

TEST(Loosened, KeepsASlashWithoutWhichItWouldFindMore) {
  for (const auto* glob : {"/", "/*/", "/a/**/"})
    EXPECT_EQ(loosened_text(glob, Scope::path, PatternType::glob), glob);
  for (const auto* glob : {"https://x.com/", "*/"})
    EXPECT_EQ(loosened_text(glob, Scope::url, PatternType::glob), glob);
}

}  // namespace
}  // namespace policy
