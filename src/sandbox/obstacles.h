// SPDX-License-Identifier: Apache-2.0
#pragma once
// Why a machine makes no user namespaces, and what to do about it.

#include <string>

namespace sandbox {

/// What can stand in the way; empty strings: the kernel has no such setting.
struct Obstacles {
  bool root = false;
  bool chrooted = false;
  bool container = false;
  bool proc_missing = false;
  std::string unprivileged_userns_clone{};  // Debian: "0" forbids
  std::string max_user_namespaces{};        // "0" forbids
  std::string apparmor_restriction{};       // Ubuntu: "1" forbids, except by profile
};

/// Looks at the machine.
Obstacles find_obstacles();

/// What to do after a namespace could not be made, for the errno that was seen: exact commands.
std::string remedy_for(int error, const Obstacles& obstacles);

}  // namespace sandbox
