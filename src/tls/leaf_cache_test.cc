// SPDX-License-Identifier: Apache-2.0
#include "tls/leaf_cache.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "tls/test_support.h"

namespace tls {
namespace {

TEST(LeafCache, GivesTheSameLeafAgain) {
  const auto authority = test::new_authority();
  LeafCache cache(authority);
  const auto first = cache.leaf_for("a.test").value();
  EXPECT_EQ(cache.leaf_for("a.test").value(), first);
  EXPECT_NE(cache.leaf_for("b.test").value(), first);
}

TEST(LeafCache, KeepsBothKindsOfAHost) {
  const auto authority = test::new_authority();
  LeafCache cache(authority);
  const auto usual = cache.leaf_for("a.test").value();
  const auto rsa = cache.leaf_for("a.test", KeyKind::rsa).value();
  EXPECT_EQ(usual->kind, KeyKind::p256);
  EXPECT_EQ(rsa->kind, KeyKind::rsa);
  EXPECT_EQ(rsa->host, "a.test");
  EXPECT_EQ(cache.leaf_for("a.test").value(), usual);
  EXPECT_EQ(cache.leaf_for("a.test", KeyKind::rsa).value(), rsa);
  EXPECT_EQ(cache.size(), 2U);
}

TEST(LeafCache, RenewsALeafThatGrowsOld) {
  const auto authority = test::new_authority();
  LeafCache cache(authority);
  const auto first = cache.leaf_for("a.test").value();
  const auto second = cache.leaf_for("a.test", KeyKind::p256, first->renew_at).value();
  EXPECT_NE(second, first);
  EXPECT_EQ(cache.leaf_for("a.test", KeyKind::p256, first->renew_at).value(), second);
  EXPECT_EQ(cache.size(), 1U);
}

TEST(LeafCache, StaysWithinItsCapacity) {
  const auto authority = test::new_authority();
  LeafCache cache(authority, 32);
  for (int i = 0; i < 200; ++i)
    ASSERT_TRUE(cache.leaf_for("h" + std::to_string(i) + ".test"));
  EXPECT_LE(cache.size(), 32U);
}

TEST(LeafCache, DoesNotRememberAFailure) {
  const auto authority = test::new_authority();
  LeafCache cache(authority);
  EXPECT_FALSE(cache.leaf_for("no host"));
  EXPECT_EQ(cache.size(), 0U);
}

TEST(LeafCache, GivesOneLeafToThreadsThatAskAtOnce) {
  const auto authority = test::new_authority();
  LeafCache cache(authority);
  std::array<std::shared_ptr<const Leaf>, 8> leaves;
  {
    std::vector<std::jthread> threads;
    threads.reserve(leaves.size());
    for (auto& leaf : leaves)
      threads.emplace_back([&] { leaf = cache.leaf_for("a.test").value(); });
  }
  EXPECT_EQ(std::set(leaves.begin(), leaves.end()).size(), 1U);
}

TEST(LruMap, DropsWhatWasNotAskedForLongest) {
  LruMap<int> map(2);
  map.put("a", 1);
  map.put("b", 2);
  ASSERT_NE(map.find("a"), nullptr);
  map.put("c", 3);
  EXPECT_EQ(map.find("b"), nullptr);
  EXPECT_EQ(*map.find("a"), 1);
  EXPECT_EQ(*map.find("c"), 3);
  EXPECT_EQ(map.size(), 2U);
}

TEST(LruMap, ReplacesAValue) {
  LruMap<int> map(2);
  map.put("a", 1);
  map.put("a", 2);
  EXPECT_EQ(*map.find("a"), 2);
  EXPECT_EQ(map.size(), 1U);
}

}  // namespace
}  // namespace tls
