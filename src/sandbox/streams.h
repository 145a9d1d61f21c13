// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which standard streams a program gets. Pipes and files are its own to use; instead of the user's
// terminal it gets a pseudo-terminal, and lazaret relays between the two.

#include <array>
#include <optional>

#include "base/fd.h"
#include "base/result.h"
#include "sandbox/terminal.h"

namespace sandbox {

/// What lazaret keeps of a terminal session.
struct TerminalSession {
  base::Fd master;    // the program's terminal, from outside
  base::Fd user_in;   // the user's keyboard
  base::Fd user_out;  // the user's screen
  /// Both keyboard and screen are ours alone from the start. Otherwise (a pipeline, a background
  /// job) the user's terminal is left as it is until the program asks for it.
  bool is_interactive = false;
};

struct Streams {
  std::array<base::Fd, 3> program;  // what the program has as 0, 1 and 2
  int terminal = -1;                // which of them is its controlling terminal
  std::optional<TerminalSession> session{};
};

/// From this process' own 0, 1 and 2; a closed one becomes /dev/null.
base::Result<Streams> make_streams();

}  // namespace sandbox
