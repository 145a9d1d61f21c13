// SPDX-License-Identifier: Apache-2.0
// Whole runs as a user starts them: a process that is lazaret without its gateway, with pipes or a
// terminal around it.

#include "sandbox/supervise.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>

#include "sandbox/bubblewrap.h"
#include "sandbox/init/protocol.h"
#include "sandbox/warden_test_support.h"

namespace sandbox {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class Supervise : public testing::Test {
protected:
  void SetUp() override {
    if (!test::wardens_can_start) GTEST_SKIP() << "no warden can start under ThreadSanitizer";
    std::string pattern = "/var/tmp/lazaret-test-XXXXXX";
    root_ = mkdtemp(pattern.data());
    for (const char* name : {"project", "home", "sandbox_home"})
      fs::create_directory(root_ / name);
  }
  void TearDown() override {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    fs::remove_all(root_);
  }

  // What main() does, in a child.
  [[noreturn]] void be_lazaret(std::vector<std::string> command) {
    auto ending = [&]() -> base::Result<Ending> {
      auto warden = TRY(Warden::start({.network = Network::none}));
      auto signals = TRY(Signals::take());
      auto plan = TRY(make_plan(
          {.name = "test",
           .project = (root_ / "project").string(),
           .home = (root_ / "home").string(),
           .sandbox_home = (root_ / "sandbox_home").string(),
           .user = {.name = "tester", .uid = getuid(), .gid = getgid()},
           .command = std::move(command),
           .host_environment = {{"TERM", "dumb"}},
           .resolver = Resolver::none,
           .host = survey_host()}));
      auto streams = TRY(make_streams());
      auto started = TRY(launch(warden, plan, "/usr/bin/bwrap", std::move(streams)));
      return supervise(warden, signals, std::move(started));
    }();
    if (!ending) {
      dprintf(2, "%s\n", ending.error().to_string().c_str());
      _exit(125);
    }
    end_like(*ending);
  }

  void start_on_terminal(std::vector<std::string> command) {
    winsize size{.ws_row = 33, .ws_col = 77, .ws_xpixel = 0, .ws_ypixel = 0};
    int master = -1;
    pid_ = forkpty(&master, nullptr, nullptr, &size);
    ASSERT_GE(pid_, 0);
    if (pid_ == 0) be_lazaret(std::move(command));
    user_ = base::Fd(master);
  }

  void start_with_pipes(std::vector<std::string> command) {
    int in[2];
    int out[2];
    ASSERT_EQ(0, pipe2(in, O_CLOEXEC));
    ASSERT_EQ(0, pipe2(out, O_CLOEXEC));
    pid_ = fork();
    if (pid_ == 0) {
      dup2(in[0], 0);
      dup2(out[1], 1);
      dup2(out[1], 2);
      close(in[1]);
      close(out[0]);
      be_lazaret(std::move(command));
    }
    close(in[0]);
    close(out[1]);
    to_ = base::Fd(in[1]);
    user_ = base::Fd(out[0]);
  }

  // Reads until the text has appeared, or there is nothing more to read.
  std::string read_until(std::string_view text, std::chrono::seconds limit = 10s) {
    auto end = std::chrono::steady_clock::now() + limit;
    while (seen_.find(text) == std::string::npos && std::chrono::steady_clock::now() < end) {
      pollfd ready{.fd = user_.get(), .events = POLLIN, .revents = 0};
      if (poll(&ready, 1, 100) <= 0) continue;
      char buffer[4096];
      auto got = read(user_.get(), buffer, sizeof buffer);
      if (got <= 0) break;
      seen_.append(buffer, static_cast<std::size_t>(got));
    }
    return seen_;
  }
  std::string read_all() { return read_until("\x01never\x01"); }

  void type(std::string_view keys) {
    ASSERT_EQ(static_cast<ssize_t>(keys.size()), write(user_.get(), keys.data(), keys.size()));
  }

  int wait_for_end() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return status;
  }

  // True once lazaret is stopped, as its shell would see it.
  bool is_stopped_soon() {
    int status = 0;
    for (int i = 0; i < 100; ++i, std::this_thread::sleep_for(50ms))
      if (waitpid(pid_, &status, WUNTRACED | WNOHANG) == pid_) return WIFSTOPPED(status);
    return false;
  }

  fs::path root_;
  pid_t pid_ = -1;
  base::Fd user_;  // the user's side of the terminal, or what the program writes
  base::Fd to_;    // what the program reads, with pipes
  std::string seen_;
};

TEST_F(Supervise, PassesPipesAndTheExitCodeThrough) {
  start_with_pipes({"/bin/sh", "-c", "cat; exit 42"});
  ASSERT_EQ(5, write(to_.get(), "hello", 5));
  to_.reset();
  EXPECT_EQ("hello", read_all());
  EXPECT_EQ(42, WEXITSTATUS(wait_for_end()));
}

// As when a program ends just as lazaret passes a signal on.
TEST_F(Supervise, HearsTheLastWordOfAnInitThatReadNoSignal) {
  pid_ = fork();
  if (pid_ == 0) {
    auto ending = [&]() -> base::Result<Ending> {
      auto warden = TRY(Warden::start({.network = Network::none}));
      auto signals = TRY(Signals::take());
      auto launched = TRY(warden.launch({.argv = {"/bin/true"}}));
      int ends[2];
      if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return base::fail_errno("socketpair");
      const int unread = SIGCONT;
      const Report last_word{.kind = ReportKind::ended, .value = W_EXITCODE(42, 0)};
      (void)!write(ends[0], &unread, sizeof unread);
      (void)!write(ends[1], &last_word, sizeof last_word);
      close(ends[1]);
      return supervise(warden, signals, {.pid = launched.pid, .control = base::Fd(ends[0])});
    }();
    _exit(ending ? ending->value : 125);
  }
  EXPECT_EQ(42, WEXITSTATUS(wait_for_end()));
}

TEST_F(Supervise, DiesOfTheSameSignalAsTheProgram) {
  start_with_pipes({"/bin/sh", "-c", "kill -SEGV $$"});
  auto status = wait_for_end();
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(SIGSEGV, WTERMSIG(status));
  EXPECT_FALSE(WCOREDUMP(status));
}

TEST_F(Supervise, SaysThatAProgramIsNotThere) {
  start_with_pipes({"no-such-program"});
  EXPECT_EQ(127, WEXITSTATUS(wait_for_end()));
}

TEST_F(Supervise, SaysThatAProgramCannotBeExecuted) {
  start_with_pipes({"/etc/passwd"});
  EXPECT_EQ(126, WEXITSTATUS(wait_for_end()));
}

TEST_F(Supervise, PassesTerminationOn) {
  start_with_pipes(
      {"/bin/sh", "-c", "trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.1; done"});
  read_until("ready");
  kill(pid_, SIGTERM);
  EXPECT_TRUE(read_all().ends_with("bye\n")) << seen_;
  EXPECT_EQ(3, WEXITSTATUS(wait_for_end()));
}

TEST_F(Supervise, KillsAtTheSecondRequestToEnd) {
  start_with_pipes({"/bin/sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.1; done"});
  read_until("ready");
  kill(pid_, SIGTERM);
  std::this_thread::sleep_for(200ms);
  kill(pid_, SIGTERM);
  EXPECT_EQ(SIGKILL, WTERMSIG(wait_for_end()));
}

TEST_F(Supervise, GivesTheProgramATerminalOfTheSameSize) {
  start_on_terminal(
      {"/bin/sh", "-c", "stty size; tty; test -t 0 && test -t 1 && test -t 2 && echo all"});
  auto output = read_all();
  EXPECT_NE(std::string::npos, output.find("33 77\r\n")) << output;
  EXPECT_NE(std::string::npos, output.find("/dev/console\r\nall\r\n")) << output;
  EXPECT_EQ(0, WEXITSTATUS(wait_for_end()));
}

TEST_F(Supervise, TellsTheProgramOfANewSize) {
  start_on_terminal(
      {"/bin/bash", "-c", "trap 'stty size; exit' WINCH; echo ready; while :; do sleep 0.1; done"});
  read_until("ready");
  winsize size{.ws_row = 11, .ws_col = 22, .ws_xpixel = 0, .ws_ypixel = 0};
  ioctl(user_.get(), TIOCSWINSZ, &size);
  EXPECT_NE(std::string::npos, read_until("11 22").find("11 22"));
}

TEST_F(Supervise, PassesKeysAndTheInterruptKey) {
  start_on_terminal(
      {"/bin/sh", "-c",
       "read x; echo got $x; trap 'echo interrupted; exit 5' INT; echo ready; sleep 9 & wait"});
  type("word\r");
  EXPECT_NE(std::string::npos, read_until("ready").find("got word"));
  type("\x03");
  EXPECT_NE(std::string::npos, read_until("interrupted").find("interrupted"));
  EXPECT_EQ(5, WEXITSTATUS(wait_for_end()));
}

TEST_F(Supervise, RestoresTheTerminalAtTheEnd) {
  start_on_terminal({"/bin/sh", "-c", "stty raw; echo done"});
  // The slave side is opened once more, so that its modes outlive lazaret.
  base::Fd slave(open(ptsname(user_.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
  termios before{};
  tcgetattr(slave.get(), &before);
  read_until("done");
  wait_for_end();
  termios after{};
  tcgetattr(slave.get(), &after);
  EXPECT_TRUE(
      (after.c_lflag & ICANON) != 0 && (after.c_lflag & ECHO) != 0 && (after.c_oflag & OPOST) != 0);
}

TEST_F(Supervise, StopsWithTheProgramAndGoesOnWithIt) {
  // Below a session leader that plays the shell: a group of its own can be stopped there.
  start_on_terminal({"/bin/true"});
  wait_for_end();
  int master = -1;
  winsize size{.ws_row = 24, .ws_col = 80, .ws_xpixel = 0, .ws_ypixel = 0};
  int results[2];
  ASSERT_EQ(0, pipe2(results, O_CLOEXEC));
  auto shell = forkpty(&master, nullptr, nullptr, &size);
  if (shell == 0) {
    signal(SIGTTOU, SIG_IGN);
    pid_ = fork();
    if (pid_ == 0) {
      setpgid(0, 0);
      tcsetpgrp(0, getpgrp());
      signal(SIGTTOU, SIG_DFL);
      be_lazaret({"/bin/sh", "-c", "echo ready; read x; echo got $x; exit 4"});
    }
    char answer = is_stopped_soon() ? 's' : 'x';
    (void)!write(results[1], &answer, 1);
    tcsetpgrp(0, pid_);
    kill(pid_, SIGCONT);
    int status = wait_for_end();
    answer = WIFEXITED(status) ? static_cast<char>(WEXITSTATUS(status)) : 'x';
    (void)!write(results[1], &answer, 1);
    _exit(0);
  }
  user_ = base::Fd(master);
  close(results[1]);
  seen_.clear();
  read_until("ready");
  type("\x1a");
  char answer = 0;
  ASSERT_EQ(1, read(results[0], &answer, 1));
  EXPECT_EQ('s', answer);
  type("word\r");
  EXPECT_NE(std::string::npos, read_until("got word").find("got word"));
  ASSERT_EQ(1, read(results[0], &answer, 1));
  EXPECT_EQ(4, answer);
  waitpid(shell, nullptr, 0);
}

TEST_F(Supervise, LeavesTheTerminalAloneInAPipelineUntilItIsWanted) {
  int out[2];
  ASSERT_EQ(0, pipe2(out, O_CLOEXEC));
  winsize size{.ws_row = 24, .ws_col = 80, .ws_xpixel = 0, .ws_ypixel = 0};
  int master = -1;
  pid_ = forkpty(&master, nullptr, nullptr, &size);
  if (pid_ == 0) {
    dup2(out[1], 1);
    be_lazaret({"/bin/sh", "-c", "echo ready; sleep 0.5; read x; echo got $x"});
  }
  close(out[1]);
  base::Fd terminal(master);
  user_ = base::Fd(out[0]);
  read_until("ready");
  termios modes{};
  tcgetattr(terminal.get(), &modes);
  EXPECT_NE(0U, modes.c_lflag & ICANON);
  std::this_thread::sleep_for(1s);
  tcgetattr(terminal.get(), &modes);
  EXPECT_EQ(0U, modes.c_lflag & ICANON);
  ASSERT_EQ(5, write(terminal.get(), "word\r", 5));
  EXPECT_EQ("ready\ngot word\n", read_all());
}

TEST_F(Supervise, RelaysALotWithoutLosingAByte) {
  start_on_terminal(
      {"/bin/sh", "-c", "stty -opost; head -c 3000000 /dev/zero | tr '\\0' x; echo; echo end"});
  auto output = read_until("end");
  EXPECT_EQ(3'000'000, std::ranges::count(output, 'x'));
}

TEST_F(Supervise, EndsEverythingWhenItIsKilled) {
  start_with_pipes({"/bin/sh", "-c", "echo ready; sleep 54321"});
  read_until("ready");
  kill(pid_, SIGKILL);
  wait_for_end();
  // The pipe ends when the last process that holds it has gone.
  auto before = std::chrono::steady_clock::now();
  read_all();
  EXPECT_LT(std::chrono::steady_clock::now() - before, 5s);
}

}  // namespace
}  // namespace sandbox
