// SPDX-License-Identifier: Apache-2.0
#include "sandbox/ending.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <cerrno>

namespace sandbox {
namespace {

TEST(Ending, HasTheExitCodeThatShellsGive) {
  EXPECT_EQ(7, Ending::from_wait_status(7 << 8).exit_code());
  EXPECT_EQ(128 + SIGTERM, Ending::from_wait_status(SIGTERM).exit_code());
  EXPECT_EQ(127, (Ending{.kind = Ending::Kind::not_started, .value = ENOENT}).exit_code());
  EXPECT_EQ(126, (Ending{.kind = Ending::Kind::not_started, .value = EACCES}).exit_code());
  EXPECT_EQ(126, (Ending{.kind = Ending::Kind::not_started, .value = ENOEXEC}).exit_code());
}

TEST(EndingDeathTest, EndsThisProcessTheSameWay) {
  EXPECT_EXIT(
      end_like({.kind = Ending::Kind::exited, .value = 42}), testing::ExitedWithCode(42), "");
  EXPECT_EXIT(
      end_like({.kind = Ending::Kind::signalled, .value = SIGTERM}),
      testing::KilledBySignal(SIGTERM), "");
}

}  // namespace
}  // namespace sandbox
