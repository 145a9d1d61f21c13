// SPDX-License-Identifier: Apache-2.0
#include "sandbox/obstacles.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace sandbox {
namespace {

TEST(Obstacles, EachHasItsRemedy) {
  struct Case {
    Obstacles obstacles;
    int error;
    const char* remedy_names;
  };
  const Case cases[] = {
      {{.proc_missing = true}, ENOENT, "mount -t proc proc /proc"},
      {{.container = true}, EINVAL, "CONFIG_USER_NS"},
      {{.max_user_namespaces = "0"}, ENOSPC, "sysctl -w user.max_user_namespaces=15000"},
      {{.max_user_namespaces = "100"}, ENOSPC, "(now 100)"},
      {{.unprivileged_userns_clone = "0"}, EPERM, "sysctl -w kernel.unprivileged_userns_clone=1"},
      {{.apparmor_restriction = "1"}, EPERM, "packaging/apparmor/lazaret"},
      {{.apparmor_restriction = "1"},
       EACCES,
       "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"},
      {{.container = true}, EPERM, "--security-opt seccomp=unconfined"},
      {{.chrooted = true}, EPERM, "start lazaret as root here"},
      {{}, EPERM, "lazaret doctor"},
  };
  for (const auto& [obstacles, error, remedy_names] : cases)
    EXPECT_TRUE(remedy_for(error, obstacles).contains(remedy_names))
        << remedy_for(error, obstacles) << "\n  should name: " << remedy_names;
}

TEST(Obstacles, RestrictionsOfOrdinaryUsersAreNoneOfRoot) {
  const Obstacles obstacles{
      .root = true, .unprivileged_userns_clone = "0", .apparmor_restriction = "1"};
  const auto remedy = remedy_for(EPERM, obstacles);
  EXPECT_FALSE(remedy.contains("sysctl")) << remedy;
}

}  // namespace
}  // namespace sandbox
