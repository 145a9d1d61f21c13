// SPDX-License-Identifier: Apache-2.0
#include "net/task.h"

#include <gtest/gtest.h>

#include "net/loop.h"
#include "net/test_support.h"
#include "net/within.h"

namespace net {
namespace {

using namespace std::chrono_literals;
using test::TestLoop;

/// Sets its flag when it goes.
struct Witness {
  explicit Witness(bool& gone) : gone_(gone) {}
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;
  ~Witness() { gone_ = true; }
  bool& gone_;
};

Task<> wait_for_long(bool& unwound) {
  const Witness witness(unwound);
  co_await test::sleep(1h);
}

Task<> fail_with(std::string text) {
  co_await test::sleep(0ms);
  throw std::runtime_error(text);
}

Task<int> answer_after(std::chrono::milliseconds time) {
  co_await test::sleep(time);
  co_return 42;
}

Task<int> break_off() {
  co_await test::sleep(0ms);
  throw std::runtime_error("broken");
}

TEST(TaskGroup, ForgetsATaskThatHasEnded) {
  TestLoop loop;
  const auto before = loop.tasks.size();
  loop.tasks.spawn(test::sleep(0ms));
  EXPECT_EQ(loop.tasks.size(), before + 1);
  loop.settle();
  EXPECT_EQ(loop.tasks.size(), before);
}

TEST(TaskGroup, UnwindsWhatWaitsWhenCancelled) {
  TestLoop loop;
  bool first = false;
  bool second = false;
  loop.tasks.spawn(wait_for_long(first));
  loop.tasks.spawn(wait_for_long(second));
  loop.settle();
  EXPECT_FALSE(first);
  EXPECT_LT(loop.stop(), 1s);
  EXPECT_TRUE(first);
  EXPECT_TRUE(second);
  EXPECT_EQ(loop.tasks.size(), 0U);
  EXPECT_TRUE(loop.faults.empty());
}

TEST(TaskGroup, ReportsWhatATaskLetsEscape) {
  TestLoop loop;
  loop.tasks.spawn(fail_with("a fault"));
  loop.settle();
  EXPECT_EQ(loop.faults, (std::vector<std::string>{"a fault"}));
}

TEST(TaskGroup, StartsNothingAfterItWasCancelled) {
  TestLoop loop;
  loop.stop();
  bool unwound = false;
  loop.tasks.spawn(wait_for_long(unwound));
  EXPECT_EQ(loop.tasks.size(), 0U);
}

TEST(Within, GivesWhatTheTaskGives) {
  TestLoop loop;
  std::optional<int> value;
  loop.run([](std::optional<int>& out) -> Task<> {
    out = co_await within(5s, answer_after(1ms));
  }(value));
  EXPECT_EQ(value, 42);
}

TEST(Within, GivesUpWhenTheTimeIsUp) {
  TestLoop loop;
  std::optional<int> value = 1;
  loop.run([](std::optional<int>& out) -> Task<> {
    out = co_await within(10ms, answer_after(1h));
  }(value));
  EXPECT_EQ(value, std::nullopt);
}

TEST(Within, PassesAFaultOnAtOnce) {
  TestLoop loop;
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_THROW(
      loop.run([]() -> Task<> { co_await within(5s, break_off()); }()), std::runtime_error);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 4s);
}

TEST(Loop, EndsItsTasksWhenItStops) {
  bool unwound = false;
  Loop loop([](std::string_view) {});
  loop.start("test");
  loop.post([&] { loop.tasks().spawn(wait_for_long(unwound)); });
  loop.stop();
  EXPECT_TRUE(unwound);
}

TEST(Loop, StopsWithoutHavingStarted) {
  Loop loop([](std::string_view) {});
  loop.stop();
}

}  // namespace
}  // namespace net
