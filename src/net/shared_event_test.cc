// SPDX-License-Identifier: Apache-2.0
#include "net/shared_event.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <thread>

namespace net {
namespace {

using namespace std::chrono_literals;

bool wait_for(const std::shared_ptr<SharedEvent>& event, std::chrono::milliseconds limit) {
  asio::io_context loop;
  bool was_set = false;
  asio::co_spawn(loop, SharedEvent::wait(event, limit), [&](const std::exception_ptr&, bool set) {
    was_set = set;
  });
  loop.run();
  return was_set;
}

TEST(SharedEvent, ThatWasSetBeforeIsNotWaitedFor) {
  const auto event = SharedEvent::create();
  event->set();
  EXPECT_TRUE(wait_for(event, 10s));
}

TEST(SharedEvent, IsUsedUpByWaiting) {
  const auto event = SharedEvent::create();
  event->set();
  EXPECT_TRUE(wait_for(event, 10s));
  EXPECT_FALSE(wait_for(event, 1ms));
}

TEST(SharedEvent, IsSetByAnotherThread) {
  const auto event = SharedEvent::create();
  const std::jthread other([&] {
    std::this_thread::sleep_for(20ms);
    event->set();
  });
  EXPECT_TRUE(wait_for(event, 10s));
}

TEST(SharedEvent, CanBeSetWhenNobodyWaitsAnyMore) {
  const auto event = SharedEvent::create();
  EXPECT_FALSE(wait_for(event, 1ms));
  event->set();
  EXPECT_TRUE(wait_for(event, 1ms));
}

}  // namespace
}  // namespace net
