// SPDX-License-Identifier: Apache-2.0
#include "net/offload.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>

#include "net/test_support.h"

namespace net {
namespace {

using test::TestLoop;
using namespace std::chrono_literals;

Task<> run_away(std::function<void()> work, bool& done) {
  auto outcome = co_await offload(std::move(work));
  done = outcome.has_value();
}

TEST(Offload, RunsOnAnotherThreadAndComesBack) {
  TestLoop loop;
  auto worker = std::make_shared<std::thread::id>();
  bool done = false;
  loop.run(run_away([worker] { *worker = std::this_thread::get_id(); }, done));
  EXPECT_TRUE(done);
  EXPECT_NE(*worker, std::thread::id());
  EXPECT_NE(*worker, std::this_thread::get_id());
}

TEST(Offload, LeavesTheWorkBehindWhenItsCallerIsCancelled) {
  auto may_end = std::make_shared<std::atomic<bool>>(false);
  auto ended = std::make_shared<std::atomic<bool>>(false);
  bool done = false;
  {
    TestLoop loop;
    loop.tasks.spawn(run_away(
        [may_end, ended] {
          while (!*may_end)
            std::this_thread::sleep_for(1ms);
          *ended = true;
        },
        done));
    loop.settle();
    EXPECT_LT(loop.stop(), 5s);
  }
  EXPECT_FALSE(done);
  *may_end = true;
  for (int i = 0; i < 1000 && !*ended; ++i)
    std::this_thread::sleep_for(1ms);
  EXPECT_TRUE(*ended);
}

}  // namespace
}  // namespace net
