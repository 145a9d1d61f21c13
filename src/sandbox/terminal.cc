// SPDX-License-Identifier: Apache-2.0
#include "sandbox/terminal.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <atomic>

namespace sandbox {
namespace {

constexpr std::array crashes = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};

// What a crash has to undo. A signal handler has nothing but globals to look at; there is one
// terminal a process.
struct CrashState {
  std::atomic<int> terminal = -1;
  termios modes{};
} crash_state;

void restore_and_die(int signal) {
  if (int terminal = crash_state.terminal.exchange(-1); terminal >= 0)
    (void)tcsetattr(terminal, TCSANOW, &crash_state.modes);
  (void)raise(signal);  // SA_RESETHAND: this time it kills
}

void remember_for_crashes(int terminal, const termios& modes) {
  crash_state.modes = modes;
  crash_state.terminal = terminal;
  struct sigaction action{};
  action.sa_handler = restore_and_die;
  action.sa_flags = SA_RESETHAND;
  for (int signal : crashes) {
    struct sigaction present{};
    bool is_default = sigaction(signal, nullptr, &present) == 0 && present.sa_handler == SIG_DFL;
    if (is_default) (void)sigaction(signal, &action, nullptr);
  }
}

/// Whole lines, echoed: in the background the modes may be those of a shell that edits a line.
void set_line_modes(termios& modes) {
  modes.c_iflag |= ICRNL;
  modes.c_oflag |= OPOST | ONLCR;
  modes.c_lflag |= ICANON | ECHO | ISIG | IEXTEN;
}

}  // namespace

base::Result<Pty> open_pty(int like) {
  Pty pty{.master = base::Fd(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)), .slave = {}};
  if (!pty.master || grantpt(pty.master.get()) != 0 || unlockpt(pty.master.get()) != 0)
    return base::fail_errno("open a pseudo-terminal", {}, "is /dev/pts mounted?");
  pty.slave = base::Fd(ioctl(pty.master.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!pty.slave) return base::fail_errno("open the other side of a pseudo-terminal");
  termios modes{};
  if (tcgetattr(like, &modes) == 0) {
    if (!is_in_foreground(like)) set_line_modes(modes);
    (void)tcsetattr(pty.slave.get(), TCSANOW, &modes);
  }
  copy_window_size(like, pty.master.get());
  if (fcntl(pty.master.get(), F_SETFL, O_NONBLOCK) != 0)
    return base::fail_errno("make a pseudo-terminal non-blocking");
  return pty;
}

void copy_window_size(int from, int to) {
  winsize size{};
  if (ioctl(from, TIOCGWINSZ, &size) == 0) (void)ioctl(to, TIOCSWINSZ, &size);
}

bool is_in_foreground(int terminal) { return tcgetpgrp(terminal) == getpgrp(); }

base::Result<> RawMode::enter(OutputModes output) {
  if (is_on()) return {};
  termios modes{};
  if (tcgetattr(terminal_, &modes) != 0) return base::fail_errno("read the modes of the terminal");
  auto raw = modes;
  cfmakeraw(&raw);
  if (output == OutputModes::kept) raw.c_oflag = modes.c_oflag;
  remember_for_crashes(terminal_, modes);
  if (tcsetattr(terminal_, TCSADRAIN, &raw) != 0)
    return base::fail_errno("set the modes of the terminal");
  saved_ = modes;
  return {};
}

void RawMode::leave() {
  if (!saved_) return;
  crash_state.terminal = -1;
  (void)tcsetattr(terminal_, TCSADRAIN, &*saved_);
  saved_.reset();
}

}  // namespace sandbox
