// SPDX-License-Identifier: Apache-2.0
#include "gateway/host_gate.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <thread>

#include "net/test_support.h"

namespace gateway {
namespace {

using namespace std::chrono_literals;
using net::test::TestLoop;
using Pass = HostGate::Pass;

/// What became of the ones who wanted to enter.
struct Guests {
  std::vector<std::string> entered{};
  std::vector<std::string> turned_away{};
  std::map<std::string, Pass> passes{};
};

net::Task<> enter(
    HostGate& gate,
    Guests& guests,
    std::string name,
    std::string place,
    std::chrono::milliseconds patience) {
  auto pass = co_await gate.enter(std::move(place), patience);
  if (!pass) {
    guests.turned_away.push_back(name);
    co_return;
  }
  guests.entered.push_back(name);
  guests.passes.emplace(name, *std::move(pass));
}

using Names = std::vector<std::string>;

class HostGateTest : public ::testing::Test {
protected:
  void arrive(std::string name, std::string place = "a", std::chrono::milliseconds patience = 5s) {
    loop_.tasks.spawn(enter(gate_, guests_, std::move(name), std::move(place), patience));
    loop_.settle();
  }
  void leave(const std::string& name) {
    guests_.passes.erase(name);
    loop_.settle();
  }

  HostGate gate_{2};
  Guests guests_;
  TestLoop loop_;
};

TEST_F(HostGateTest, LetsInAsManyAsItsLimit) {
  arrive("1");
  arrive("2");
  arrive("3");
  arrive("4", "b");
  EXPECT_EQ(guests_.entered, (Names{"1", "2", "4"}));
  EXPECT_TRUE(gate_.wanted("a"));
  EXPECT_FALSE(gate_.wanted("b"));
}

TEST_F(HostGateTest, ServesWhoCameFirst) {
  for (const auto* name : {"1", "2", "3", "4"})
    arrive(name);
  leave("1");
  EXPECT_EQ(guests_.entered, (Names{"1", "2", "3"}));
  leave("3");
  EXPECT_EQ(guests_.entered, (Names{"1", "2", "3", "4"}));
  EXPECT_FALSE(gate_.wanted("a"));
}

TEST_F(HostGateTest, TurnsAwayWhoWaitedTooLong) {
  arrive("1");
  arrive("2");
  arrive("3", "a", 1ms);
  loop_.settle();
  EXPECT_EQ(guests_.turned_away, Names{"3"});
  EXPECT_FALSE(gate_.wanted("a"));
  leave("1");
  arrive("4");
  EXPECT_EQ(guests_.entered, (Names{"1", "2", "4"}));
}

TEST_F(HostGateTest, ForgetsWhoIsCancelledWhileWaiting) {
  arrive("1");
  arrive("2");
  arrive("3");
  loop_.stop();
  EXPECT_FALSE(gate_.wanted("a"));
  EXPECT_EQ(loop_.faults, Names{});
}

TEST_F(HostGateTest, PassesOnARightThatIsGrantedToOneWhoIsCancelled) {
  arrive("1");
  arrive("2");
  arrive("3");
  guests_.passes.erase("1");  // granted to the third, which does not know it yet
  loop_.stop();
  guests_.passes.clear();
  TestLoop other;
  Guests late;
  for (const auto* name : {"4", "5"})
    other.run(enter(gate_, late, name, "a", 1ms));
  EXPECT_EQ(late.entered, (Names{"4", "5"}));
}

TEST_F(HostGateTest, TellsThoseWhoKeepSomethingForLater) {
  Names told;
  {
    const auto listening = gate_.listen([&](const std::string& place) { told.push_back(place); });
    for (const auto* name : {"1", "2", "3"})
      arrive(name);
    EXPECT_EQ(told, Names{"a"});
  }
  arrive("4");
  EXPECT_EQ(told, Names{"a"});
}

TEST_F(HostGateTest, MovesARightWithoutGivingItBack) {
  arrive("1");
  arrive("2");
  Pass moved = std::move(guests_.passes["1"]);
  guests_.passes.erase("1");
  arrive("3");
  EXPECT_EQ(guests_.entered, (Names{"1", "2"}));
  moved = Pass();
  loop_.settle();
  EXPECT_EQ(guests_.entered, (Names{"1", "2", "3"}));
}

TEST(HostGate, HasNoLimitWhenItIsZero) {
  HostGate gate(0);
  TestLoop loop;
  Guests guests;
  for (int i = 0; i < 100; ++i)
    loop.run(enter(gate, guests, std::to_string(i), "a", 1ms));
  EXPECT_EQ(guests.entered.size(), 100U);
  EXPECT_FALSE(gate.wanted("a"));
}

TEST(HostGate, WorksBetweenLoops) {
  HostGate gate(1);
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  std::atomic<int> done = 0;
  const auto visitor = [](HostGate& at, std::atomic<int>& in, std::atomic<int>& peak,
                          std::atomic<int>& ended) -> net::Task<> {
    for (int i = 0; i < 50; ++i) {
      auto pass = co_await at.enter("a", 10s);
      if (!pass) co_return;
      peak = std::max(peak.load(), ++in);
      co_await net::test::sleep(1ms);
      --in;
    }
    ++ended;
  };
  const auto run = [&] {
    TestLoop loop;
    loop.run(visitor(gate, inside, most, done));
  };
  {
    const std::jthread one(run);
    const std::jthread two(run);
    const std::jthread three(run);
  }
  EXPECT_EQ(done, 3);
  EXPECT_EQ(most, 1);
}

}  // namespace
}  // namespace gateway
