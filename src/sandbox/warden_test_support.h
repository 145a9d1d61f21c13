// SPDX-License-Identifier: Apache-2.0
#pragma once
// For tests of the warden: being somebody else, and being inside.

#include <grp.h>
#include <gtest/gtest.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <string>

#include "sandbox/obstacles.h"
#include "sandbox/warden.h"

namespace sandbox::test {

inline constexpr uid_t ordinary_user = 54321;

/// ThreadSanitizer gives every forked process a second thread, and the kernel lets only a process
/// of one thread into a user namespace.
#if __has_feature(thread_sanitizer)
inline constexpr bool wardens_can_start = false;
#else
inline constexpr bool wardens_can_start = true;
#endif

/// Runs `body` in a child; its expectations count as ours.
inline void in_child(const std::function<void()>& body) {
  std::fflush(nullptr);
  const auto child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    body();
    std::fflush(nullptr);
    _exit(testing::Test::HasFailure() ? 1 : 0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "wait status " << status;
}

inline void become_ordinary() {
  ASSERT_EQ(setgroups(0, nullptr), 0);
  ASSERT_EQ(setresgid(ordinary_user, ordinary_user, ordinary_user), 0);
  ASSERT_EQ(setresuid(ordinary_user, ordinary_user, ordinary_user), 0);
  prctl(PR_SET_DUMPABLE, 1);  // as after the exec of a login
}

/// Tests for both kinds of user; as an ordinary user, only for that.
class AsAnyUser : public testing::TestWithParam<const char*> {
protected:
  void run(const std::function<void()>& body) {
    if (!wardens_can_start) GTEST_SKIP() << "no warden can start under ThreadSanitizer";
    if (GetParam() == std::string("root") && geteuid() != 0) GTEST_SKIP() << "needs root";
    if (GetParam() == std::string("ordinary") && find_obstacles().chrooted)
      GTEST_SKIP() << "a chroot forbids user namespaces to ordinary users";
    in_child([&] {
      if (GetParam() == std::string("ordinary") && geteuid() == 0) become_ordinary();
      body();
    });
  }
};

inline const auto both_users = testing::Values("root", "ordinary");

inline std::string name_of_user(const testing::TestParamInfo<const char*>& info) {
  return info.param;
}

/// A command that runs a shell script.
inline Command shell(std::string script) {
  Command command;
  command.argv = {"/bin/sh", "-c", std::move(script)};
  command.environment = {"PATH=/usr/bin:/bin"};
  return command;
}

/// Whether `fd` becomes readable within a second.
inline bool readable(int fd) {
  pollfd wait{fd, POLLIN, 0};
  return poll(&wait, 1, 1000) == 1;
}

/// A warden, and code that runs inside of its namespaces.
class Inside {
public:
  explicit Inside(Warden& warden) {
    auto launched = warden.launch(shell("exec sleep 1000"));
    if (launched) anchor_ = launched->pid;
  }

  /// Runs `body` in the namespaces; its result is the child's exit status.
  int run(const std::function<int()>& body) const {
    const auto child = fork();
    if (child == 0) {
      const base::Fd anchor(static_cast<int>(syscall(SYS_pidfd_open, anchor_, 0)));
      if (setns(anchor.get(), CLONE_NEWUSER | CLONE_NEWNET) != 0) _exit(255);
      _exit(body());
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 254;
  }

private:
  pid_t anchor_ = -1;
};

}  // namespace sandbox::test
