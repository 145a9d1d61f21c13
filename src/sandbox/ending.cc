// SPDX-License-Identifier: Apache-2.0
#include "sandbox/ending.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace sandbox {

Ending Ending::from_wait_status(int status) {
  if (WIFSIGNALED(status)) return {.kind = Kind::signalled, .value = WTERMSIG(status)};
  return {.kind = Kind::exited, .value = WEXITSTATUS(status)};
}

int Ending::exit_code() const {
  switch (kind) {
    case Kind::exited:
      return value;
    case Kind::signalled:
      return 128 + value;
    case Kind::not_started:
      return value == ENOENT || value == ENOTDIR ? 127 : 126;
  }
  return 125;
}

void end_like(const Ending& ending) {
  (void)std::fflush(nullptr);
  if (ending.kind == Ending::Kind::signalled) {
    rlimit no_core{0, 0};
    (void)setrlimit(RLIMIT_CORE, &no_core);
    (void)signal(ending.value, SIG_DFL);
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, ending.value);
    // To the process, not to this thread: then it does not matter which thread has the signal
    // blocked.
    (void)kill(getpid(), ending.value);
    (void)pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
  }
  _exit(ending.exit_code());
}

}  // namespace sandbox
