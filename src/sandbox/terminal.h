// SPDX-License-Identifier: Apache-2.0
#pragma once
// The user's terminal and the one that a sandboxed program has instead of it. The program never
// holds a descriptor of the user's own: what it could do to it (read keys meant for the shell,
// change its modes) ends with the relay.

#include <termios.h>

#include <optional>

#include "base/fd.h"
#include "base/result.h"

namespace sandbox {

/// A pseudo-terminal: what is written to one side is read from the other.
struct Pty {
  base::Fd master;
  base::Fd slave;
};

/// A new one with the modes and the size of `like`; in its background, where another program may
/// have set them for itself, with those of a terminal that reads lines.
base::Result<Pty> open_pty(int like);

/// Gives `to` the window size of `from`; the programs on `to` hear of it.
void copy_window_size(int from, int to);

/// True when this process may read from the terminal: it belongs to the group that has the
/// keyboard.
bool is_in_foreground(int terminal);

/// Whether line feeds written to the user's terminal are still turned into new lines while it is
/// raw. Other programs of a pipeline may write to it, too.
enum class OutputModes { off, kept };

/// Switches a terminal to raw mode (each key at once, no echo, no signals) and back: on leave(), on
/// destruction, and when this process crashes.
class RawMode {
public:
  explicit RawMode(int terminal) : terminal_(terminal) {}
  ~RawMode() { leave(); }
  RawMode(const RawMode&) = delete;
  RawMode& operator=(const RawMode&) = delete;

  base::Result<> enter(OutputModes output);
  void leave();
  bool is_on() const { return saved_.has_value(); }

private:
  int terminal_;
  std::optional<termios> saved_;
};

}  // namespace sandbox
