// SPDX-License-Identifier: Apache-2.0
#include "secrets/command.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <vector>

#include "base/fd.h"
#include "base/text.h"

namespace secrets {
namespace {

using base::ErrorKind;
using base::Result;
using base::Secret;
using Clock = std::chrono::steady_clock;

constexpr std::size_t largest_output = 64U * 1024U;
/// Silence after which a command that is over has said everything, though what it left running may
/// still write there.
constexpr std::chrono::milliseconds last_words{200};

struct Pipe {
  base::Fd read;
  base::Fd write;

  static Result<Pipe> create() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return base::fail_errno("make a pipe");
    return Pipe{base::Fd(ends[0]), base::Fd(ends[1])};
  }
};

std::vector<const char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<const char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const auto& text : texts)
    pointers.push_back(text.c_str());
  pointers.push_back(nullptr);
  return pointers;
}

bool is_program(const std::string& path) {
  std::error_code unreadable;
  return std::filesystem::is_regular_file(path, unreadable) && ::access(path.c_str(), X_OK) == 0;
}

/// As a shell finds it, but never in the current directory.
Result<std::string> find_program(const std::string& name, const Environment& environment) {
  if (name.contains('/')) {
    if (is_program(name)) return name;
  } else {
    const auto path = environment.find("PATH");
    const std::string_view places = path != environment.end() ? std::string_view(path->second) : "";
    for (const auto place : base::split(places, ':')) {
      auto candidate = fmt::format("{}/{}", place, name);
      if (place.starts_with('/') && is_program(candidate)) return candidate;
    }
  }
  return base::fail(
      ErrorKind::not_found,
      fmt::format("there is no program `{}`", base::escape_for_terminal(name)),
      "install it, or correct PATH");
}

/// posix_spawn's two descriptions of a child, as one value that frees itself.
class Child {
public:
  Child() {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }

  /// Its own process group, so that all it starts can be ended together, and signals as a shell
  /// expects them.
  Result<pid_t> start(
      const std::string& program,
      const std::vector<const char*>& arguments,
      const std::vector<const char*>& environment,
      int output) {
    sigset_t none;
    sigset_t pipe;
    sigemptyset(&none);
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &pipe);
    posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    pid_t pid = -1;
    errno = ::posix_spawn(
        &pid, program.c_str(), &actions_, &attributes_, const_cast<char* const*>(arguments.data()),
        const_cast<char* const*>(environment.data()));
    if (errno != 0) return base::fail_errno("run", program);
    return pid;
  }

private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

/// A started command: ended and collected at the latest when this goes.
class Running {
public:
  static Result<Running> start(const Command& command, const Environment& environment) {
    const std::string program = TRY(find_program(command.arguments.front(), environment));
    Pipe pipe = TRY(Pipe::create());
    std::vector<std::string> variables;
    variables.reserve(environment.size());
    for (const auto& [name, value] : environment)
      variables.push_back(fmt::format("{}={}", name, value));
    const auto pid = Child().start(
        program, pointers_to(command.arguments), pointers_to(variables), pipe.write.get());
    for (auto& variable : variables)
      base::wipe(variable.data(), variable.size());
    if (!pid) return std::unexpected(pid.error());
    return Running(*pid, std::move(pipe.read));
  }

  Running(Running&& other) noexcept
      : pid_(std::exchange(other.pid_, -1)), output_(std::move(other.output_)) {}
  Running& operator=(Running&&) = delete;
  ~Running() {
    if (pid_ <= 0) return;
    end_rest();
    collect();
  }

  int output() const { return output_.get(); }
  /// Readable once the command is over. (glibc 2.36 declares pidfd_open for C only.)
  base::Fd watch() const { return base::Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0))); }

  /// Ends what the command started and left running. It may be over itself, but not collected yet.
  void end_rest() const { ::kill(-pid_, SIGKILL); }

  /// Waits for the end and says how it came: as waitpid's status.
  int collect() {
    int status = -1;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return status;
  }

private:
  Running(pid_t pid, base::Fd output) : pid_(pid), output_(std::move(output)) {}
  pid_t pid_;
  base::Fd output_;
};

/// True when one of the descriptors has something before `end`; those below 0 have nothing.
Result<bool> wait(std::span<pollfd> waiting, Clock::time_point end, const Command& command) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    const int count = ::poll(waiting.data(), waiting.size(), left > 0 ? static_cast<int>(left) : 0);
    if (count >= 0) return count > 0;
    if (errno != EINTR) return base::fail_errno("wait for", command.name);
  }
}

/// Reads a piece; false at the end of the file.
Result<bool> read_piece(int fd, base::SecretBuilder& out, const Command& command) {
  const auto room = out.room(4096);
  const ssize_t size = ::read(fd, room.data(), room.size());
  if (size < 0 && errno != EINTR) return base::fail_errno("read from", command.name);
  if (size > 0) out.grew(static_cast<std::size_t>(size));
  if (out.size() <= largest_output) return size != 0;
  return base::fail(ErrorKind::invalid, command.name + " prints more than 64 KiB");
}

std::unexpected<base::Error> fail_late(const Command& command) {
  return base::fail(
      ErrorKind::timeout, command.name + " was not done in time",
      "run it in a shell to see what it does for so long; here it is given no input");
}

/// All that a command prints until it is over. What it leaves running may hold its output open;
/// that is not waited for.
Result<Secret> read_output(Running& running, Clock::time_point end, const Command& command) {
  const base::Fd over = running.watch();
  if (!over) return base::fail_errno("watch", command.name);
  base::SecretBuilder printed;
  bool is_whole = false;
  bool is_over = false;
  while (!is_whole || !is_over) {
    std::array<pollfd, 2> waiting{
        {{.fd = is_whole ? -1 : running.output(), .events = POLLIN, .revents = 0},
         {.fd = is_over ? -1 : over.get(), .events = POLLIN, .revents = 0}}};
    const auto patience = is_over ? std::min(end, Clock::now() + last_words) : end;
    const bool any = TRY(wait(waiting, patience, command));
    if (!any && !is_over) return fail_late(command);
    if (!any) break;
    if (waiting[0].revents != 0) is_whole = !TRY(read_piece(running.output(), printed, command));
    is_over = is_over || waiting[1].revents != 0;
  }
  if (!is_whole) running.end_rest();
  return std::move(printed).take();
}

Result<> check(int status, const Command& command) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  const auto how = WIFEXITED(status) ? fmt::format("ended with status {}", WEXITSTATUS(status))
                                     : std::string("was ended by a signal");
  return base::fail(
      ErrorKind::unavailable, fmt::format("{} {}", command.name, how),
      "run it in a shell to see what it says");
}

}  // namespace

Command Command::shell(std::string line) {
  return {.name = "the command of a source", .arguments = {"/bin/sh", "-c", std::move(line)}};
}

Result<Secret> output_of(
    const Command& command, const Environment& environment, std::chrono::milliseconds deadline) {
  const auto end = Clock::now() + deadline;
  Running running = TRY(Running::start(command, environment));
  Secret printed = TRY(read_output(running, end, command));
  TRY_VOID(check(running.collect(), command));
  return printed;
}

}  // namespace secrets
