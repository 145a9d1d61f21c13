// SPDX-License-Identifier: Apache-2.0
#include "sandbox/streams.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace sandbox {
namespace {

base::Result<base::Fd> duplicate(int number) {
  base::Fd copy(fcntl(number, F_DUPFD_CLOEXEC, 3));
  if (!copy && errno == EBADF) copy = base::Fd(open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!copy) return base::fail_errno("duplicate a standard stream");
  return copy;
}

// Opened anew, so that not to block is our choice alone: the open file of a standard stream is
// shared with the shell.
base::Result<base::Fd> reopen(int number) {
  base::Fd own(open(
      fmt::format("/proc/self/fd/{}", number).c_str(), O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (own) return own;
  return duplicate(number);
}

// The first of the three that is a terminal, in order of preference; -1 for none.
int first_terminal(std::array<int, 3> preferred) {
  for (int number : preferred)
    if (isatty(number) == 1) return number;
  return -1;
}

base::Result<TerminalSession> open_session(base::Fd master) {
  return TerminalSession{
      .master = std::move(master),
      .user_in = TRY(reopen(first_terminal({0, 1, 2}))),
      .user_out = TRY(reopen(first_terminal({1, 2, 0}))),
      .is_interactive = isatty(0) == 1 && isatty(1) == 1 && is_in_foreground(0)};
}

}  // namespace

base::Result<Streams> make_streams() {
  Streams streams;
  int user = first_terminal({0, 1, 2});
  Pty pty;
  if (user >= 0) pty = TRY(open_pty(user));
  for (int number = 0; number < 3; ++number) {
    bool is_terminal = isatty(number) == 1;
    streams.program.at(static_cast<std::size_t>(number)) =
        TRY(duplicate(is_terminal ? pty.slave.get() : number));
    if (is_terminal && streams.terminal < 0) streams.terminal = number;
  }
  if (user >= 0) streams.session = TRY(open_session(std::move(pty.master)));
  return streams;
}

}  // namespace sandbox
