// SPDX-License-Identifier: Apache-2.0
#include "sandbox/signals.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <initializer_list>

namespace sandbox {
namespace {

sigset_t set_of(std::initializer_list<int> signals) {
  sigset_t set;
  sigemptyset(&set);
  for (int signal : signals)
    sigaddset(&set, signal);
  return set;
}

}  // namespace

base::Result<Signals> Signals::take() {
  auto set = set_of(
      {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH, SIGCONT, SIGTSTP, SIGTTIN,
       SIGTTOU});
  if (int error = pthread_sigmask(SIG_BLOCK, &set, nullptr); error != 0) {
    errno = error;
    return base::fail_errno("block signals");
  }
  base::Fd fd(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd) return base::fail_errno("create a signal descriptor");
  return Signals(std::move(fd));
}

std::optional<int> Signals::next() {
  signalfd_siginfo info{};
  if (read(fd_.get(), &info, sizeof info) != static_cast<ssize_t>(sizeof info)) return std::nullopt;
  return static_cast<int>(info.ssi_signo);
}

void stop_ourselves(int signal) {
  auto only = set_of({signal});
  (void)raise(signal);
  // It is delivered here, and the kernel drops it when the process group has no shell to continue
  // it.
  (void)pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
  (void)pthread_sigmask(SIG_BLOCK, &only, nullptr);
}

}  // namespace sandbox
