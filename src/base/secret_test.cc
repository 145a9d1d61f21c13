// SPDX-License-Identifier: Apache-2.0
#include "base/secret.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <ostream>
#include <type_traits>

namespace base {
namespace {

template <class T>
concept Streamable = requires(std::ostream& out, const T& value) { out << value; };

static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
static_assert(!std::is_convertible_v<Secret, std::string_view>);
static_assert(!fmt::is_formattable<Secret>::value && !Streamable<Secret>);

TEST(Secret, RevealsItsValue) {
  const Secret secret(std::string_view("s3\0cret", 7));
  EXPECT_EQ(secret.reveal(), std::string_view("s3\0cret", 7));
  EXPECT_EQ(secret.size(), 7U);
  EXPECT_FALSE(secret.empty());
}

TEST(Secret, MayBeEmpty) {
  EXPECT_TRUE(Secret().empty());
  EXPECT_TRUE(Secret("").empty());
  EXPECT_EQ(Secret().clone().reveal(), "");
}

TEST(Secret, LeavesNothingWhereItWasMovedFrom) {
  Secret first("short");
  const Secret second(std::move(first));
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): that is the promise
  EXPECT_EQ(second.reveal(), "short");
}

TEST(Secret, MovesItsBytesWithoutCopyingThem) {
  Secret first("value");
  const char* bytes = first.reveal().data();
  Secret second("other");
  second = std::move(first);
  EXPECT_EQ(second.reveal().data(), bytes);
}

TEST(Secret, SurvivesBeingMovedToItself) {
  Secret secret("value");
  Secret& same = secret;
  secret = std::move(same);
  EXPECT_EQ(secret.reveal(), "value");
}

TEST(Secret, IsClonedIntoBytesOfItsOwn) {
  Secret first("value");
  const Secret second = first.clone();
  EXPECT_NE(first.reveal().data(), second.reveal().data());
  first = Secret();
  EXPECT_EQ(second.reveal(), "value");
}

TEST(Wipe, OverwritesEveryByte) {
  std::string text = "secret";
  wipe(text.data(), text.size());
  EXPECT_EQ(text, std::string(6, '\0'));
}

TEST(Wipe, TakesNothing) { wipe(nullptr, 0); }

}  // namespace
}  // namespace base
