// SPDX-License-Identifier: Apache-2.0
#pragma once
// The two directions between the user's terminal and the program's.

#include <poll.h>

#include <vector>

#include "sandbox/pump.h"
#include "sandbox/streams.h"
#include "sandbox/terminal.h"

namespace sandbox {

class Relay {
public:
  explicit Relay(TerminalSession session);

  /// Gives the program the keyboard, if this process may read from it; false when it may not.
  base::Result<bool> open_keyboard();
  /// The user's terminal as it was before.
  void close_keyboard();
  bool has_keyboard() const { return raw_.is_on(); }
  /// The window of the user's terminal has a new size.
  void resize();
  /// All that the program wrote is on the screen, and it will write no more.
  bool is_drained() const { return output_.is_done(); }

  /// Appends what to wait for; the entries are given back to handle().
  void watch(std::vector<pollfd>& watched) const;
  void handle(const pollfd& ready);

private:
  TerminalSession session_;
  Pump input_;
  Pump output_;
  RawMode raw_;
};

}  // namespace sandbox
