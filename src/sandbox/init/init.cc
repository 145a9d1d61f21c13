// SPDX-License-Identifier: Apache-2.0
// The first process of a sandbox: waits for lazaret's word, starts the program, passes signals on
// to it, reaps what it leaves behind, and reports how it ended. Everything inside ends with this
// process.
//
// It is linked statically and without the C++ runtime, because it starts before every program. Its
// memory and its control socket are closed to the program: it cannot be dumped or traced, and the
// socket does not survive an exec.
//
//   init CONTROL TERMINAL GROUND COMMAND [ARGUMENT]...
//     CONTROL   descriptor of the control socket (protocol.h)
//     TERMINAL  descriptor that becomes the controlling terminal, or -1
//     GROUND    "foreground" or "background": a program in the background is stopped when it wants
//     the terminal, and
//               the next SIGCONT from the host takes it to the foreground

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "protocol.h"

namespace {

using sandbox::Report;
using sandbox::ReportKind;

constexpr int failed = 125;

struct Init {
  int control = -1;
  int terminal = -1;
  bool is_foreground = true;
  pid_t program = -1;
};

void report(const Init& init, ReportKind kind, int value) {
  Report message{kind, value};
  (void)send(init.control, &message, sizeof message, MSG_NOSIGNAL);
}

// The program gets a group of its own, in the foreground the one that the terminal's keys for
// signals reach.
void enter_group(const Init& init) {
  (void)setpgid(0, 0);
  if (init.terminal >= 0 && init.is_foreground) (void)tcsetpgrp(init.terminal, getpgrp());
}

// Signals start out as a program expects them; tcsetpgrp from the background needs SIGTTOU to be
// blocked until here.
void reset_signals() {
  sigset_t none;
  sigemptyset(&none);
  (void)sigprocmask(SIG_SETMASK, &none, nullptr);
}

// In the child: becomes the program, or tells the parent through the pipe why it cannot.
[[noreturn]] void become(const Init& init, int failure, char** command) {
  enter_group(init);
  reset_signals();
  (void)execvp(command[0], command);
  int reason = errno;
  (void)!write(failure, &reason, sizeof reason);
  _exit(failed);
}

// The gateway may still be on its way while the sandbox is built. False when lazaret is gone, or
// says something else.
bool may_start(const Init& init) {
  int word = -1;
  ssize_t got = -1;
  do {
    got = recv(init.control, &word, sizeof word, 0);
  } while (got < 0 && errno == EINTR);
  return got == static_cast<ssize_t>(sizeof word) && word == sandbox::start_word;
}

// Starts the program; false when it could not be executed, which is then reported.
bool start(Init& init, char** command) {
  int failure[2];
  if (pipe2(failure, O_CLOEXEC) != 0) return false;
  init.program = fork();
  if (init.program == 0) become(init, failure[1], command);
  (void)close(failure[1]);
  int reason = init.program < 0 ? errno : 0;
  bool is_started = init.program > 0 && read(failure[0], &reason, sizeof reason) <= 0;
  (void)close(failure[0]);
  if (!is_started) report(init, ReportKind::not_started, reason);
  return is_started;
}

// Reaps all that ended. True when the program was among them: it was reported.
bool reap(const Init& init) {
  int status = 0;
  for (;;) {
    pid_t pid = waitpid(-1, &status, WNOHANG | WUNTRACED);
    if (pid <= 0) return false;
    if (pid != init.program) continue;
    if (WIFSTOPPED(status)) {
      report(init, ReportKind::stopped, WSTOPSIG(status));
    } else {
      report(init, ReportKind::ended, status);
      return true;
    }
  }
}

// To the program's group; to the program alone when it has moved to another.
void pass_on(const Init& init, int signal) {
  if (kill(-init.program, signal) != 0) (void)kill(init.program, signal);
}

// The terminal's foreground is init's own group until the program gets it.
void take_to_foreground(const Init& init) {
  if (init.terminal >= 0 && tcgetpgrp(init.terminal) == getpgrp())
    (void)tcsetpgrp(init.terminal, init.program);
}

// False when lazaret is gone.
bool obey(const Init& init) {
  int signal = 0;
  auto got = recv(init.control, &signal, sizeof signal, MSG_DONTWAIT);
  if (got == static_cast<ssize_t>(sizeof signal) && signal > 0 && signal <= SIGRTMAX) {
    if (signal == SIGCONT) take_to_foreground(init);
    pass_on(init, signal);
  }
  return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

int block_all() {
  sigset_t all;
  sigfillset(&all);
  if (sigprocmask(SIG_SETMASK, &all, nullptr) != 0) return -1;
  sigset_t children;
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  return signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
}

// Until the program has ended or lazaret is gone.
void serve(const Init& init, int children) {
  for (;;) {
    pollfd watched[] = {{children, POLLIN, 0}, {init.control, POLLIN, 0}};
    if (poll(watched, 2, -1) < 0) continue;
    signalfd_siginfo ignored;
    if (watched[0].revents != 0) {
      (void)!read(children, &ignored, sizeof ignored);
      if (reap(init)) return;
    }
    if (watched[1].revents != 0 && !obey(init)) return;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) return failed;
  Init init{
      .control = atoi(argv[1]), .terminal = atoi(argv[2]), .is_foreground = argv[3][0] == 'f'};
  if (prctl(PR_SET_DUMPABLE, 0) != 0 || fcntl(init.control, F_SETFD, FD_CLOEXEC) != 0)
    return failed;
  int children = block_all();
  if (children < 0 || setsid() < 0) return failed;
  if (init.terminal >= 0 && ioctl(init.terminal, TIOCSCTTY, 0) != 0) return failed;
  if (!may_start(init) || !start(init, argv + 4)) return failed;
  serve(init, children);
  return 0;
}
