// SPDX-License-Identifier: Apache-2.0
#pragma once
// Can this machine hold a sandbox? Asked by doing, in child processes that are gone afterwards.

#include <string>

namespace sandbox {

struct Check {
  enum class Status { ok, warning, error };

  std::string name;
  Status status = Status::ok;
  std::string detail;    // what was seen
  std::string remedy{};  // what to do about it, unless ok
};

// Each forks, so call them before any other thread exists.

/// User, mount and network namespaces can be entered.
Check check_user_namespaces();
/// The capture rules can be loaded.
Check check_ruleset();
/// A connection to an arbitrary address arrives here, a datagram is refused and told; a warning
/// when that is so for IPv4 only.
Check check_capture();

/// The kernel can hand over UDP that rules allow; a warning when it cannot.
Check check_datagrams();

}  // namespace sandbox
