// SPDX-License-Identifier: Apache-2.0
#pragma once
// How a sandboxed program ended, and how lazaret itself then ends in the same way.

namespace sandbox {

struct Ending {
  enum class Kind { exited, signalled, not_started };
  Kind kind = Kind::exited;
  int value = 0;  // exit code, signal number, or errno of the exec
  bool operator==(const Ending&) const = default;

  /// From what wait() says about a process.
  static Ending from_wait_status(int status);
  /// As `env` and shells say it: the exit code, 128 + signal, 127 for a program that is not there
  /// and 126 for one that cannot be run.
  int exit_code() const;
};

/// Ends this process like the program did: with its exit code, or by the same signal (without a
/// core dump).
[[noreturn]] void end_like(const Ending& ending);

}  // namespace sandbox
