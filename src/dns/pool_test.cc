// SPDX-License-Identifier: Apache-2.0
#include "dns/pool.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <thread>
#include <vector>

namespace dns {
namespace {

TEST(Pool, LeasesTheSameAddressesToTheSameName) {
  Pool pool;
  const auto first = pool.lease("a.test");
  EXPECT_EQ(*first, *pool.lease("a.test"));
  EXPECT_NE(*first, *pool.lease("b.test"));
}

TEST(Pool, BeginsBehindTheMargin) {
  Pool pool;
  const Ipv6 v6{0xFD, 0, 0x6C, 0x61, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16};
  EXPECT_EQ(*pool.lease("a.test"), (Addresses{.v4 = 0xC6120010, .v6 = v6}));
}

TEST(Pool, KnowsWhoseAddressItIs) {
  Pool pool;
  const auto a = *pool.lease("a.test");
  const auto b = *pool.lease("b.test");
  EXPECT_EQ(pool.name_of(a.v4), "a.test");
  EXPECT_EQ(pool.name_of(b.v6), "b.test");
}

TEST(Pool, KnowsNoOtherAddress) {
  Pool pool;
  auto a = *pool.lease("a.test");
  EXPECT_EQ(pool.name_of(a.v4 - 1), std::nullopt);
  EXPECT_EQ(pool.name_of(a.v4 + 1), std::nullopt);
  EXPECT_EQ(pool.name_of(loopback_v4), std::nullopt);
  EXPECT_EQ(pool.name_of(loopback_v6), std::nullopt);
  a.v6[1] = 1;
  EXPECT_EQ(pool.name_of(a.v6), std::nullopt);
}

TEST(Pool, RefusesWhenEveryAddressIsTaken) {
  Pool pool(2);
  EXPECT_TRUE(pool.lease("a.test"));
  EXPECT_TRUE(pool.lease("b.test"));
  EXPECT_EQ(pool.lease("c.test").error().kind, base::ErrorKind::unavailable);
  EXPECT_TRUE(pool.lease("a.test"));
}

TEST(Pool, StaysInsideItsNetwork) {
  Pool pool;
  base::Result<Addresses> last;
  for (std::size_t i = 0; i < Pool::full_size; ++i)
    last = pool.lease(std::to_string(i));
  EXPECT_EQ(last->v4, 0xC613FFEFU);
  EXPECT_EQ(pool.name_of(last->v6), std::to_string(Pool::full_size - 1));
  EXPECT_FALSE(pool.lease("one.more"));
}

TEST(Pool, ServesThreadsTheSameAnswers) {
  Pool pool;
  std::array<std::vector<Ipv4>, 4> seen;
  {
    std::vector<std::jthread> threads;
    for (auto& answers : seen)
      threads.emplace_back([&] {
        for (int i = 0; i < 500; ++i)
          answers.push_back(pool.lease(std::to_string(i))->v4);
      });
  }
  for (const auto& answers : seen)
    EXPECT_EQ(answers, seen.front());
}

}  // namespace
}  // namespace dns
