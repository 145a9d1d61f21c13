// SPDX-License-Identifier: Apache-2.0
#include "base/secret.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <ostream>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

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

TEST(Secret, EqualsAnotherWithTheSameValue) {
  EXPECT_TRUE(Secret("value") == Secret("value"));
  EXPECT_FALSE(Secret("value") == Secret("valuf"));
  EXPECT_FALSE(Secret("value").equals("value "));
  EXPECT_TRUE(Secret().equals(""));
}

TEST(Secret, MayBeLongerThanAnyBlock) {
  const std::string text(largest_block * 3 + 1, 'x');
  Secret first(text);
  const Secret second(std::move(first));
  EXPECT_EQ(second.reveal(), text);
}

TEST(Secret, CanBeHeldByManyThreads) {
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([thread] {
      std::vector<Secret> held;
      for (std::size_t i = 0; i < 2000; ++i) {
        const std::string text(i % 700 + 1, static_cast<char>('a' + thread));
        held.emplace_back(text);
        ASSERT_EQ(held.back().reveal(), text);
        if (i % 3 == 0) held.erase(held.begin() + static_cast<std::ptrdiff_t>(held.size() / 2));
      }
    });
  }
}

TEST(SecretBuilder, PutsPiecesTogether) {
  SecretBuilder builder;
  builder.append("Bearer").append(' ').append("").append("token");
  EXPECT_EQ(builder.reveal(), "Bearer token");
  EXPECT_EQ(std::move(builder).take().reveal(), "Bearer token");
}

TEST(SecretBuilder, GrowsAsMuchAsItMust) {
  SecretBuilder builder;
  std::string expected;
  for (int i = 0; i < 20000; ++i) {
    builder.append(static_cast<char>('a' + i % 26));
    expected += static_cast<char>('a' + i % 26);
  }
  EXPECT_EQ(builder.reveal(), expected);
}

TEST(SecretBuilder, LetsOthersWriteInPlace) {
  SecretBuilder builder;
  builder.append("a");
  std::ranges::fill(builder.room(100), 'b');
  builder.grew(3);
  EXPECT_EQ(builder.reveal(), "abbb");
  builder.shrink(2);
  EXPECT_EQ(builder.reveal(), "ab");
}

/// The flags of the mapping that holds this address, as the kernel tells them.
std::string flags_of_mapping(const void* address) {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  std::ifstream maps("/proc/self/smaps");
  bool found = false;
  for (std::string line; std::getline(maps, line);) {
    std::uintptr_t from = 0;
    std::uintptr_t to = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx ", &from, &to) == 2) found = from <= at && at < to;
    if (found && line.starts_with("VmFlags:")) return line + " ";
  }
  return "";
}

#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool sanitizer_ignores_locks = true;  // it replaces mlock by nothing
#else
constexpr bool sanitizer_ignores_locks = false;
#endif

TEST(SecretMemory, IsLockedAndNotDumped) {
  const Secret secret("value");
  const auto flags = flags_of_mapping(secret.reveal().data());
  EXPECT_NE(flags.find(" dd "), std::string::npos) << flags;
  if (sanitizer_ignores_locks || !why_secrets_may_be_swapped().empty()) return;
  EXPECT_NE(flags.find(" lo "), std::string::npos) << flags;
}

TEST(SecretMemory, IsGivenAgainToTheNextOfItsSize) {
  const char* first = nullptr;
  {
    const Secret secret("a value of its size");
    first = secret.reveal().data();
  }
  EXPECT_EQ(Secret("another value here").reveal().data(), first);
}

TEST(SecretMemory, IsWipedWhenItIsGivenBack) {
  const auto block = take_secret_block(64);
  std::fill_n(block.data, block.size, 'x');
  give_back_secret_block(block);
  const auto again = take_secret_block(64);
  ASSERT_EQ(again.data, block.data);
  EXPECT_EQ(std::string_view(again.data, again.size), std::string(again.size, '\0'));
  give_back_secret_block(again);
}

TEST(SecretMemory, GoesOnWhenItCannotBeLocked) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_MEMLOCK, &before), 0);
  const rlimit none{.rlim_cur = 0, .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_MEMLOCK, &none), 0);
  const Secret secret(std::string(largest_block + 1, 'x'));
  ASSERT_EQ(::setrlimit(RLIMIT_MEMLOCK, &before), 0);
  EXPECT_EQ(secret.size(), largest_block + 1);
  const bool is_refused = ::geteuid() != 0 && !sanitizer_ignores_locks;
  if (is_refused) EXPECT_NE(why_secrets_may_be_swapped(), "");
}

TEST(Wipe, OverwritesEveryByte) {
  std::string text = "secret";
  wipe(text.data(), text.size());
  EXPECT_EQ(text, std::string(6, '\0'));
}

TEST(Wipe, TakesNothing) { wipe(nullptr, 0); }

}  // namespace
}  // namespace base
