// SPDX-License-Identifier: Apache-2.0
#include "sandbox/preflight.h"

#include <fcntl.h>

#include "sandbox/warden_test_support.h"

namespace sandbox {
namespace {

using test::AsAnyUser;

class Preflight : public AsAnyUser {};
INSTANTIATE_TEST_SUITE_P(User, Preflight, test::both_users, test::name_of_user);

TEST_P(Preflight, FindsThatThisMachineCanHoldASandbox) {
  run([] {
    for (const auto& check :
         {check_user_namespaces(), check_ruleset(), check_capture(), check_datagrams()}) {
      EXPECT_EQ(check.status, Check::Status::ok) << check.name << ": " << check.detail;
      EXPECT_EQ(check.remedy, "");
    }
  });
}

TEST_P(Preflight, TellsWhatToDoWhenUserNamespacesAreForbidden) {
  if (find_obstacles().chrooted) GTEST_SKIP() << "a chroot forbids them by itself";
  run([] {
    // A namespace without room for another one stands for a machine that forbids them.
    ASSERT_EQ(unshare(CLONE_NEWUSER), 0);
    base::Fd limit(open("/proc/sys/user/max_user_namespaces", O_WRONLY | O_CLOEXEC));
    ASSERT_EQ(write(limit.get(), "0", 1), 1);
    const auto check = check_user_namespaces();
    EXPECT_EQ(check.status, Check::Status::error);
    EXPECT_EQ(check.detail, "make a user namespace: No space left on device");
    EXPECT_EQ(
        check.remedy,
        "user namespaces are switched off: as root, sysctl -w user.max_user_namespaces=15000");
    const auto warden = Warden::start();
    ASSERT_FALSE(warden);
    EXPECT_EQ(warden.error().hint, check.remedy);
  });
}

}  // namespace
}  // namespace sandbox
