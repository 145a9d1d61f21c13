// SPDX-License-Identifier: Apache-2.0
#include "net/event.h"

#include <gtest/gtest.h>

#include "net/test_support.h"

namespace net {
namespace {

using test::TestLoop;
using namespace std::chrono_literals;

Task<> wait_for(Event& event, std::chrono::milliseconds limit, bool& seen) {
  seen = co_await event.wait(limit);
}

TEST(Event, WakesTheTaskThatWaits) {
  TestLoop loop;
  Event event(loop.deadlines);
  bool seen = false;
  loop.tasks.spawn(wait_for(event, 10s, seen));
  loop.settle();
  EXPECT_FALSE(seen);
  event.set();
  loop.settle();
  EXPECT_TRUE(seen);
}

TEST(Event, RemembersThatItWasSet) {
  TestLoop loop;
  Event event(loop.deadlines);
  event.set();
  bool seen = false;
  loop.run(wait_for(event, 10s, seen));
  EXPECT_TRUE(seen);
}

TEST(Event, IsUsedUpByWhoWaited) {
  TestLoop loop;
  Event event(loop.deadlines);
  event.set();
  bool seen = false;
  loop.run(wait_for(event, 1s, seen));
  loop.run(wait_for(event, 1ms, seen));
  EXPECT_FALSE(seen);
}

TEST(Event, SaysWhenTheTimeRanOut) {
  TestLoop loop;
  Event event(loop.deadlines);
  bool seen = true;
  loop.run(wait_for(event, 1ms, seen));
  EXPECT_FALSE(seen);
}

TEST(Event, LetsACancelledTaskUnwind) {
  TestLoop loop;
  Event event(loop.deadlines);
  bool seen = true;
  loop.tasks.spawn(wait_for(event, 1h, seen));
  loop.settle();
  EXPECT_LT(loop.stop(), 1s);
}

}  // namespace
}  // namespace net
