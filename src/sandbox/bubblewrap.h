// SPDX-License-Identifier: Apache-2.0
#pragma once
// A plan as bubblewrap is told about it. Pure.
//
// Bubblewrap reads everything from descriptor 3 and its files from the following ones, so neither
// its command line nor its own environment (which is empty) shows what is in the sandbox, and no
// variable meant for the program (LD_PRELOAD) takes hold of bubblewrap itself.

#include <string>
#include <string_view>
#include <vector>

#include "sandbox/plan.h"

namespace sandbox {

/// The first descriptor that a launched program inherits beside its standard ones.
inline constexpr int first_descriptor = 3;

struct BubblewrapCommand {
  std::vector<std::string> argv;      // argv[0] is bubblewrap's path
  std::vector<std::string> contents;  // what descriptors 3, 4, 5… hold, in this order
  int control = -1;                   // where init expects its control socket: right after them
};

/// The terminal that the program's session is tied to.
struct ControllingTerminal {
  int descriptor = -1;  // 0, 1 or 2 of the program; -1 for no terminal
  bool is_foreground =
      true;  // else the program is stopped when it wants keys, until it gets SIGCONT
};

BubblewrapCommand to_bubblewrap(
    const Plan& plan,
    const std::string& bubblewrap,
    std::string_view seccomp_filter,
    std::string_view init_image,
    ControllingTerminal terminal);

/// Bubblewrap's path: in the usual places, else on the search path; `not_found` with what to
/// install.
base::Result<std::string> find_bubblewrap(std::string_view search_path);

}  // namespace sandbox
