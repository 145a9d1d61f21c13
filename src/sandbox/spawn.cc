// SPDX-License-Identifier: Apache-2.0
#include "sandbox/spawn.h"

#include <fcntl.h>
#include <linux/prctl.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "sandbox/keep_only.h"

namespace sandbox {
namespace {

void forget_signal_settings() {
  for (int number = 1; number <= SIGRTMAX; ++number)
    std::signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const auto& text : texts)
    pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

/// Like die_with(), where the parent has no number: it alone reads from `pipe`.
void die_with_reader(int pipe) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  pollfd reader{pipe, 0, 0};
  if (poll(&reader, 1, 0) != 0) _exit(1);
}

/// What a child reports that does not become the program.
struct Failure {
  int reason = 0;  // errno
  bool is_of_proc = false;
};

/// For a child whose numbers of processes are its own: bubblewrap looks up in /proc what it starts.
bool mount_own_proc() {
  return mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) == 0;
}

/// In the child. Returns only when it fails.
Failure execute(const wire::Words& words, std::vector<base::Fd> files) {
  die_with_reader(files.back().get());
  forget_signal_settings();
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  const auto report = static_cast<int>(files.size()) - 1;
  if (!keep_only(std::move(files)) || fcntl(report, F_SETFD, FD_CLOEXEC) != 0) return {errno};
  if (!mount_own_proc()) return {.reason = errno, .is_of_proc = true};
  if (chdir(words.directory.c_str()) != 0) return {errno};
  execve(
      words.argv.front().c_str(), pointers_to(words.argv).data(),
      pointers_to(words.environment).data());
  return {errno};
}

}  // namespace

pid_t fork_plainly(int namespaces) {
  return static_cast<pid_t>(
      syscall(SYS_clone, namespaces | SIGCHLD, nullptr, nullptr, nullptr, nullptr));
}

void die_with(pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);  // it ended before the kernel knew
}

base::Result<pid_t> spawn(const wire::Words& words, std::vector<base::Fd> files) {
  if (words.argv.empty() || !words.argv.front().starts_with('/'))
    return base::fail(base::ErrorKind::invalid, "a program to launch needs an absolute path");
  int pipe[2];
  if (pipe2(pipe, O_CLOEXEC) != 0) return base::fail_errno("make a pipe");
  base::Fd failure(pipe[0]);
  base::Fd report(pipe[1]);

  // Process 1 of its namespace: what it leaves behind when it ends, the kernel kills.
  const auto child = fork_plainly(CLONE_NEWPID | CLONE_NEWNS);
  if (child < 0) return base::fail_errno("fork into a process namespace");
  if (child == 0) {
    failure.reset();
    const int report_number = static_cast<int>(files.size());
    files.push_back(std::move(report));
    const Failure failed = execute(words, std::move(files));
    (void)!write(report_number, &failed, sizeof failed);
    _exit(127);
  }
  report.reset();
  Failure failed;
  if (read(failure.get(), &failed, sizeof failed) != sizeof failed) return child;  // exec closed it
  waitpid(child, nullptr, 0);
  errno = failed.reason;
  if (!failed.is_of_proc) return base::fail_errno("execute", words.argv.front());
  return base::fail_errno(
      "mount /proc for", words.argv.front(),
      "a container that hides parts of /proc forbids that: give it an unmasked one (docker run "
      "--security-opt systempaths=unconfined)");
}

}  // namespace sandbox
