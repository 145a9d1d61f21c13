// SPDX-License-Identifier: Apache-2.0
#include "sandbox/obstacles.h"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "base/file.h"
#include "base/text.h"

namespace sandbox {
namespace {

std::string setting(const char* path) {
  const auto text = base::read_file(path);
  return text ? std::string(base::trim(*text)) : std::string();
}

/// mountinfo shows the mounts below our root: in a chroot that is no mount itself, none is "/".
bool root_is_a_mount() {
  std::ifstream mounts("/proc/self/mountinfo");
  for (std::string line; std::getline(mounts, line);) {
    const auto fields = base::split(line, ' ');
    if (fields.size() > 4 && fields[4] == "/") return true;
  }
  return false;
}

bool in_a_container() {
  std::error_code ignored;
  return std::filesystem::exists("/.dockerenv", ignored) ||
         std::filesystem::exists("/run/.containerenv", ignored);
}

}  // namespace

Obstacles find_obstacles() {
  const bool proc_missing = access("/proc/self/uid_map", F_OK) != 0;
  return {
      .root = geteuid() == 0,
      .chrooted = !proc_missing && !root_is_a_mount(),
      .container = in_a_container(),
      .proc_missing = proc_missing,
      .unprivileged_userns_clone = setting("/proc/sys/kernel/unprivileged_userns_clone"),
      .max_user_namespaces = setting("/proc/sys/user/max_user_namespaces"),
      .apparmor_restriction = setting("/proc/sys/kernel/apparmor_restrict_unprivileged_userns"),
  };
}

std::string remedy_for(int error, const Obstacles& obstacles) {
  if (obstacles.proc_missing) return "mount /proc here: as root, mount -t proc proc /proc";
  if (obstacles.max_user_namespaces == "0")
    return "user namespaces are switched off: as root, sysctl -w user.max_user_namespaces=15000";
  if (error == EINVAL)
    return "this kernel was built without user namespaces: it needs CONFIG_USER_NS and "
           "CONFIG_NET_NS";
  if (error == ENOSPC)
    return "all user namespaces are in use: end other sandboxes, or, as root, raise "
           "user.max_user_namespaces with sysctl -w (now " +
           obstacles.max_user_namespaces + ")";
  if (!obstacles.root && obstacles.unprivileged_userns_clone == "0")
    return "user namespaces are for root only: as root, sysctl -w "
           "kernel.unprivileged_userns_clone=1";
  if (!obstacles.root && obstacles.apparmor_restriction == "1")
    return "AppArmor restricts user namespaces: install the profile packaging/apparmor/lazaret as "
           "/etc/apparmor.d/lazaret and load it with apparmor_parser -r, or, as root, "
           "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0";
  if (obstacles.container)
    return "this container forbids namespaces: start it with --security-opt seccomp=unconfined "
           "--security-opt apparmor=unconfined --security-opt systempaths=unconfined";
  if (obstacles.chrooted)
    return "a chroot forbids user namespaces to ordinary users: start lazaret as root here, or "
           "enter with systemd-nspawn or unshare instead of chroot";
  return "something around this process (a chroot, a container or a security module) forbids user "
         "namespaces: try outside of it, and see lazaret doctor";
}

}  // namespace sandbox
