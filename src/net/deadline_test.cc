// SPDX-License-Identifier: Apache-2.0
#include "net/deadline.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "net/test_support.h"

namespace net {
namespace {

using namespace std::chrono_literals;
using test::TestLoop;

/// Counts how often it fired, and does something then.
class Bell final : public Deadline {
public:
  explicit Bell(
      Deadlines& owner, std::function<void()> then = [] {})
      : Deadline(owner), then_(std::move(then)) {}
  int rung() const { return rung_; }

private:
  void on_expired() override {
    ++rung_;
    then_();
  }
  std::function<void()> then_;
  int rung_ = 0;
};

TEST(Deadline, FiresOnceWhenItsTimeIsUp) {
  TestLoop loop;
  Bell bell(loop.deadlines);
  bell.expire_after(1ms);
  EXPECT_FALSE(bell.expired());
  loop.run(test::sleep(900ms));
  EXPECT_EQ(bell.rung(), 1);
  EXPECT_TRUE(bell.expired());
}

TEST(Deadline, DoesNotFireWhenItIsCalledOff) {
  TestLoop loop;
  Bell bell(loop.deadlines);
  bell.expire_after(1ms);
  bell.never_expire();
  loop.run(test::sleep(600ms));
  EXPECT_EQ(bell.rung(), 0);
}

TEST(Deadline, BeginsAnewWhenSetAgain) {
  TestLoop loop;
  Bell bell(loop.deadlines);
  bell.expire_after(1ms);
  loop.run(test::sleep(600ms));
  bell.expire_after(1h);
  EXPECT_FALSE(bell.expired());
  bell.expire_after(1ms);
  loop.run(test::sleep(600ms));
  EXPECT_EQ(bell.rung(), 2);
}

TEST(Deadline, MayEndOthersWhileItFires) {
  TestLoop loop;
  auto before = std::make_unique<Bell>(loop.deadlines);
  std::unique_ptr<Bell> after;
  Bell bell(loop.deadlines, [&] {
    before.reset();
    after.reset();
  });
  after = std::make_unique<Bell>(loop.deadlines);
  Bell last(loop.deadlines);
  bell.expire_after(1ms);
  last.expire_after(1ms);
  loop.run(test::sleep(600ms));
  EXPECT_EQ(bell.rung(), 1);
  EXPECT_EQ(last.rung(), 1);
}

TEST(Deadline, MayEndItselfWhileItFires) {
  TestLoop loop;
  std::unique_ptr<Bell> bell;
  bell = std::make_unique<Bell>(loop.deadlines, [&bell] { bell.reset(); });
  Bell other(loop.deadlines);
  bell->expire_after(1ms);
  other.expire_after(1ms);
  loop.run(test::sleep(600ms));
  EXPECT_EQ(bell, nullptr);
  EXPECT_EQ(other.rung(), 1);
}

}  // namespace
}  // namespace net
