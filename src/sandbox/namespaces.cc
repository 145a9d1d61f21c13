// SPDX-License-Identifier: Apache-2.0
#include "sandbox/namespaces.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "base/fd.h"
#include "sandbox/obstacles.h"

namespace sandbox {
namespace {

/// The error of the last system call, with what to do about it here.
std::unexpected<base::Error> fail_with_remedy(std::string_view doing, std::string_view on = {}) {
  const int reason = errno;
  auto remedy = remedy_for(reason, find_obstacles());
  errno = reason;
  return base::fail_errno(doing, on, std::move(remedy));
}

int pidfd_of_self() { return static_cast<int>(syscall(SYS_pidfd_open, getpid(), 0)); }
int pivot_root(const char* to, const char* put_old) {
  return static_cast<int>(syscall(SYS_pivot_root, to, put_old));
}

/// In a chroot the kernel makes no user namespace, because the root of the process is not the root
/// of its mount namespace. Makes it so, in a mount namespace of our own: the chroot's directory
/// becomes a mount, and that mount the root. Needs real root.
base::Result<> make_chroot_the_root() {
  if (unshare(CLONE_NEWNS) != 0) return base::fail_errno("make a mount namespace");
  const base::Fd chroot(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  const base::Fd self(pidfd_of_self());
  if (!chroot || !self) return base::fail_errno("open the root directory");

  // Entering a mount namespace, even one's own, leads to its real root: out of the chroot.
  if (setns(self.get(), CLONE_NEWNS) != 0) return base::fail_errno("return to the real root");
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
    return base::fail_errno("make mounts private");

  const base::Fd tree(open_tree(
      chroot.get(), "", AT_EMPTY_PATH | AT_RECURSIVE | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC));
  if (!tree) return base::fail_errno("copy the mounts of the chroot");
  constexpr unsigned both_are_descriptors = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH;
  if (move_mount(tree.get(), "", chroot.get(), "", both_are_descriptors) != 0)
    return base::fail_errno("make the chroot a mount");
  if (fchdir(tree.get()) != 0 || pivot_root(".", ".") != 0 || umount2(".", MNT_DETACH) != 0)
    return base::fail_errno("make the chroot the root");
  return {};
}

bool unshare_namespaces(NetworkNamespace network) {
  const int fresh_network = network == NetworkNamespace::fresh ? CLONE_NEWNET : 0;
  return unshare(CLONE_NEWUSER | CLONE_NEWNS | fresh_network) == 0;
}

base::Result<> write_once(const char* path, std::string_view text) {
  const base::Fd file(open(path, O_WRONLY | O_CLOEXEC));
  if (!file || write(file.get(), text.data(), text.size()) < 0)
    return fail_with_remedy("write", path);
  return {};
}

/// Users and groups inside are the same numbers as outside.
base::Result<> map_to_self(uid_t user, gid_t group) {
  TRY_VOID(write_once("/proc/self/setgroups", "deny"));
  TRY_VOID(write_once("/proc/self/uid_map", fmt::format("{0} {0} 1", user)));
  return write_once("/proc/self/gid_map", fmt::format("{0} {0} 1", group));
}

}  // namespace

base::Result<> enter_namespaces(NetworkNamespace network) {
  const auto user = geteuid();
  const auto group = getegid();
  if (!unshare_namespaces(network)) {
    const int reason = errno;
    const bool entered =
        reason == EPERM && user == 0 && make_chroot_the_root() && unshare_namespaces(network);
    if (!entered) {
      errno = reason;
      return fail_with_remedy("make a user namespace");
    }
  }
  TRY_VOID(map_to_self(user, group));
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
    return fail_with_remedy("make mounts private");
  return {};
}

}  // namespace sandbox
