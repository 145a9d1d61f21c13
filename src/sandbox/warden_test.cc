// SPDX-License-Identifier: Apache-2.0
// Real wardens, as root and as an ordinary user. Needs user namespaces and nftables.
#include "sandbox/warden.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "base/file.h"
#include "base/text.h"
#include "sandbox/warden_test_support.h"

namespace sandbox {
namespace {

using test::AsAnyUser;
using test::in_child;
using test::readable;
using test::shell;

class WardenAs : public AsAnyUser {};
INSTANTIATE_TEST_SUITE_P(User, WardenAs, test::both_users, test::name_of_user);

Warden started(CaptureOptions options = {}) {
  auto warden = Warden::start(options);
  if (!warden) {
    ADD_FAILURE() << warden.error().to_string();
    _exit(1);
  }
  return std::move(*warden);
}

/// What a command prints, and its wait status.
struct Printed {
  std::string text;
  int wait_status = -1;
};

Printed run_to_end(Warden& warden, Command command) {
  int pipe[2];
  if (pipe2(pipe, O_CLOEXEC) != 0) return {};
  const base::Fd out(pipe[0]);
  command.out.reset(pipe[1]);
  const auto launched = warden.launch(std::move(command));
  if (!launched) return {.text = launched.error().to_string()};
  Printed printed;
  std::array<char, 4096> buffer{};
  for (ssize_t size = 0; (size = read(out.get(), buffer.data(), buffer.size())) > 0;)
    printed.text.append(buffer.data(), static_cast<std::size_t>(size));
  const auto ended = warden.next_event();
  if (ended && ended->pid == launched->pid) printed.wait_status = ended->wait_status;
  return printed;
}

std::string first_line(const std::string& path) {
  auto text = base::read_file(path).value_or("");
  return text.substr(0, text.find('\n'));
}

/// Whether a process ends within two seconds; whether its new parent reaps it is not our concern.
bool goes_away(pid_t pid) {
  for (int i = 0; i < 200; ++i) {
    const auto status = base::read_file("/proc/" + std::to_string(pid) + "/status");
    if (!status || status->contains("\nState:\tZ")) return true;
    usleep(10'000);
  }
  return false;
}

TEST_P(WardenAs, SetsUpTheNetworkWhileItsStarterIsBusyElsewhere) {
  run([] {
    auto warden = Warden::begin();
    ASSERT_TRUE(warden);
    EXPECT_FALSE(warden->listeners().tcp);
    const auto ready = warden->get_ready();
    ASSERT_TRUE(ready) << ready.error().to_string();
    EXPECT_TRUE(warden->listeners().tcp);
    EXPECT_EQ(run_to_end(*warden, shell("echo inside")).text, "inside\n");
  });
}

TEST_P(WardenAs, EndsWithAllItStartedWhenItIsDismissed) {
  run([] {
    auto warden = started();
    const auto launched = warden.launch(shell("exec sleep 1000"));
    ASSERT_TRUE(launched);
    warden.dismiss();
    EXPECT_TRUE(goes_away(launched->pid));
    EXPECT_TRUE(goes_away(warden.pid()));
    const auto refused = warden.launch(shell("true"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, base::ErrorKind::closed);
  });
}

TEST_P(WardenAs, LaunchesWithExactlyTheEnvironmentGiven) {
  run([] {
    auto warden = started();
    Command command;
    command.argv = {"/usr/bin/env"};
    command.environment = {"Z=1", "EMPTY=", "A=two words"};
    const auto printed = run_to_end(warden, std::move(command));
    EXPECT_EQ(printed.text, "Z=1\nEMPTY=\nA=two words\n");
    EXPECT_EQ(printed.wait_status, 0);
  });
}

TEST_P(WardenAs, LaunchesWithExactlyTheFilesGiven) {
  if (find_obstacles().chrooted) GTEST_SKIP() << "links of /proc lead out of a chroot";
  run([] {
    auto warden = started();
    auto command =
        shell("for n in 0 1 2 3 4 5 6 7 8 9 10 11 12; do readlink /proc/self/fd/$n; done");
    for (const auto* path : {"/etc/passwd", "/etc/group"})
      command.files.emplace_back(open(path, O_RDONLY | O_CLOEXEC));
    const auto text = run_to_end(warden, std::move(command)).text;
    EXPECT_TRUE(text.starts_with("/dev/null\npipe:")) << text;
    EXPECT_TRUE(text.ends_with("\n/dev/null\n/etc/passwd\n/etc/group\n")) << text;
  });
}

TEST_P(WardenAs, LaysCoversThatNobodyElseSees) {
  run([] {
    auto warden = started();
    const auto before = base::read_file("/etc/passwd").value_or("");
    auto command = shell(
        "cat /etc/passwd /etc/group; ls /etc/apt; (echo x >/etc/group) 2>/dev/null || echo "
        "refused");
    command.covers = {
        {.path = "/etc/passwd", .text = "covered\n"},
        {.path = "/etc/group"},
        {.path = "/etc/apt", .is_directory = true}};
    EXPECT_EQ(run_to_end(warden, std::move(command)).text, "covered\nrefused\n");
    EXPECT_EQ(base::read_file("/etc/passwd").value_or(""), before);
  });
}

TEST_P(WardenAs, LaunchesNothingWhenACoverCannotBeLaid) {
  run([] {
    auto warden = started();
    for (const auto& cover :
         {Cover{.path = "/etc/there is none"}, Cover{.path = "/etc/group", .is_directory = true},
          Cover{.path = "/proc/self/exe"}}) {
      auto command = shell("true");
      command.covers = {cover};
      const auto launched = warden.launch(std::move(command));
      ASSERT_FALSE(launched);
      EXPECT_TRUE(launched.error().message.contains(cover.path)) << launched.error().to_string();
    }
    EXPECT_EQ(run_to_end(warden, shell("test -e /proc/self && echo good")).text, "good\n");
  });
}

TEST_P(WardenAs, LaunchesInTheDirectoryGivenAsTheSameUser) {
  run([] {
    auto warden = started();
    auto command = shell("pwd; id -u; id -g");
    command.directory = "/usr";
    const auto identity = std::to_string(geteuid());
    const auto group = std::to_string(getegid());
    EXPECT_EQ(
        run_to_end(warden, std::move(command)).text, "/usr\n" + identity + "\n" + group + "\n");
  });
}

TEST_P(WardenAs, LaunchesWithoutSignalsBlockedOrIgnoredAndWithoutAmbientCapabilities) {
  run([] {
    std::signal(SIGINT, SIG_IGN);
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, nullptr);
    auto warden = started();
    Command command = shell("");
    command.argv = {"/bin/grep", "-E", "^(SigBlk|SigIgn|CapAmb)", "/proc/self/status"};
    EXPECT_EQ(
        run_to_end(warden, std::move(command)).text,
        "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\nCapAmb:\t0000000000000000\n");
  });
}

TEST_P(WardenAs, TellsWhyAProgramCannotBeExecuted) {
  run([] {
    auto warden = started();
    Command missing;
    missing.argv = {"/no/such/program"};
    const auto not_found = warden.launch(std::move(missing));
    ASSERT_FALSE(not_found);
    EXPECT_EQ(not_found.error().kind, base::ErrorKind::not_found);
    EXPECT_EQ(not_found.error().message, "execute /no/such/program: No such file or directory");

    Command directory;
    directory.argv = {"/usr"};
    EXPECT_EQ(warden.launch(std::move(directory)).error().kind, base::ErrorKind::denied);
    Command relative;
    relative.argv = {"sh"};
    EXPECT_EQ(warden.launch(std::move(relative)).error().kind, base::ErrorKind::invalid);
    EXPECT_EQ(warden.launch(Command{}).error().kind, base::ErrorKind::invalid);
    EXPECT_EQ(run_to_end(warden, shell("echo still alive")).text, "still alive\n");
  });
}

TEST_P(WardenAs, LaunchesALongCommand) {
  run([] {
    auto warden = started();
    auto command = shell("echo ${#LONG} $#");
    command.environment.push_back("LONG=" + std::string(100'000, 'x'));
    command.environment.push_back("MORE=" + std::string(100'000, 'x'));
    command.argv.insert(command.argv.end(), 5000, "argument");
    EXPECT_EQ(run_to_end(warden, std::move(command)).text, "100000 4999\n");
  });
}

TEST_P(WardenAs, TellsHowProgramsEnd) {
  run([] {
    auto warden = started();
    EXPECT_EQ(WEXITSTATUS(run_to_end(warden, shell("exit 7")).wait_status), 7);
    const auto killed = warden.launch(shell("exec sleep 1000"));
    ASSERT_TRUE(killed && warden.signal(killed->pid, SIGKILL));
    const auto ended = warden.next_event();
    ASSERT_TRUE(ended);
    EXPECT_TRUE(WIFSIGNALED(ended->wait_status));
    EXPECT_EQ(WTERMSIG(ended->wait_status), SIGKILL);
  });
}

TEST_P(WardenAs, KillsWhatAProgramLeavesBehind) {
  run([] {
    auto warden = started();
    const auto printed = run_to_end(warden, shell("setsid sleep 1000 & echo ended"));
    EXPECT_EQ(printed.text, "ended\n");  // to the end of the pipe that `sleep` held as well
  });
}

TEST_P(WardenAs, RunsTwoProgramsAndSignalsTheOneMeant) {
  run([] {
    auto warden = started();
    const auto first = warden.launch(shell("exec sleep 1000"));
    const auto second = warden.launch(shell("exec sleep 1000"));
    ASSERT_TRUE(first && second);
    EXPECT_FALSE(warden.signal(getpid(), SIGKILL));  // not one of its own
    ASSERT_TRUE(warden.signal(second->pid, SIGKILL));
    ASSERT_TRUE(readable(warden.fd()));
    const auto ended = warden.next_event();
    ASSERT_TRUE(ended);
    EXPECT_EQ(ended->pid, second->pid);
    EXPECT_EQ(WTERMSIG(ended->wait_status), SIGKILL);
    EXPECT_EQ(warden.signal(second->pid, SIGKILL).error().kind, base::ErrorKind::not_found);
    EXPECT_EQ(kill(first->pid, 0), 0);
  });
}

TEST_P(WardenAs, KillsWhatItLaunchedWhenItIsDestroyed) {
  run([] {
    pid_t launched = 0;
    {
      auto warden = started();
      launched = warden.launch(shell("exec sleep 1000")).value().pid;
    }
    EXPECT_TRUE(goes_away(launched));
  });
}

TEST_P(WardenAs, DiesWithItsParentAndSoDoesEverythingInside) {
  run([] {
    int pipe[2];
    ASSERT_EQ(pipe2(pipe, O_CLOEXEC), 0);
    const base::Fd in(pipe[0]);
    base::Fd out(pipe[1]);
    const auto parent = fork();
    if (parent == 0) {
      auto warden = started();
      const std::array pids{warden.pid(), warden.launch(shell("exec sleep 1000")).value().pid};
      (void)!write(out.get(), pids.data(), sizeof pids);
      pause();
    }
    out.reset();
    std::array<pid_t, 2> pids{};
    ASSERT_EQ(read(in.get(), pids.data(), sizeof pids), static_cast<ssize_t>(sizeof pids));
    kill(parent, SIGKILL);
    waitpid(parent, nullptr, 0);
    EXPECT_TRUE(goes_away(pids[0]));
    EXPECT_TRUE(goes_away(pids[1]));
  });
}

TEST_P(WardenAs, TellsThatItIsGone) {
  run([] {
    auto warden = started();
    kill(warden.pid(), SIGKILL);
    EXPECT_TRUE(readable(warden.fd()));
    EXPECT_EQ(warden.next_event().error().kind, base::ErrorKind::closed);
    EXPECT_EQ(warden.launch(shell("true")).error().kind, base::ErrorKind::closed);
  });
}

TEST_P(WardenAs, ListensInsideAndTellsWhenItCannot) {
  run([] {
    auto warden = started();
    const auto place = Endpoint::parse("127.0.0.1", 5432).value();
    const auto socket = warden.listen(place);
    ASSERT_TRUE(socket) << socket.error().to_string();
    EXPECT_EQ(local_endpoint(socket->get()).value(), place);
    const auto again = warden.listen(place);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().message, "bind to 127.0.0.1:5432: Address already in use");
  });
}

TEST_P(WardenAs, KeepsNothingOfItsParent) {
  run([] {
    static std::string secret = "LAZARET_TEST_KEY=hush";
    putenv(secret.data());
    auto warden = started();
    const auto proc = "/proc/" + std::to_string(warden.pid());
    EXPECT_EQ(first_line(proc + "/comm"), "lazaret-warden");
    EXPECT_NE(getsid(warden.pid()), getsid(0));
    if (geteuid() != 0) {
      EXPECT_NE(access((proc + "/environ").c_str(), R_OK), 0);
      EXPECT_NE(access((proc + "/fd").c_str(), R_OK), 0);
      return;
    }
    EXPECT_FALSE(first_line(proc + "/environ").contains("hush"));
    ASSERT_FALSE(warden.signal(1, SIGKILL));  // it serves, so it has handed everything over
    int open_files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(proc + "/fd"))
      open_files += entry.is_directory() ? 0 : 1;
    EXPECT_EQ(open_files, 6);  // three of /dev/null, two sockets, a signalfd
  });
}

TEST_P(WardenAs, HasNoNetworkWithoutCapture) {
  run([] {
    auto warden = started({.network = Network::none});
    EXPECT_FALSE(warden.listeners().tcp);
    const auto script = "exec 2>&1; echo > /dev/udp/192.0.2.1/53; echo > /dev/tcp/127.0.0.1/9";
    Command command = shell("");
    command.argv = {"/bin/bash", "-c", script};
    const auto text = run_to_end(warden, std::move(command)).text;
    EXPECT_TRUE(text.contains("Network is unreachable")) << text;
    EXPECT_TRUE(text.contains("Connection refused")) << text;
  });
}

TEST_P(WardenAs, StaysInTheHostsNetworkWhenToldSo) {
  run([] {
    auto warden = started({.network = Network::host});
    const auto ours = std::filesystem::read_symlink("/proc/self/ns/net").string();
    EXPECT_EQ(run_to_end(warden, shell("readlink /proc/self/ns/net")).text, ours + "\n");
    EXPECT_FALSE(warden.listeners().tcp);
  });
}

TEST_P(WardenAs, StartsInMilliseconds) {
  run([] {
    auto best = std::chrono::nanoseconds::max();
    for (int i = 0; i < 5; ++i) {
      const auto begin = std::chrono::steady_clock::now();
      const auto warden = started();
      best = std::min(best, std::chrono::nanoseconds(std::chrono::steady_clock::now() - begin));
    }
    const auto milliseconds = static_cast<double>(best.count()) / 1e6;
    RecordProperty("milliseconds", std::to_string(milliseconds));
    std::printf("Warden::start: %.2f ms\n", milliseconds);
    EXPECT_LT(milliseconds, 100.0);  // a machine under load; a few milliseconds otherwise
  });
}

/// A system below a plain directory, as debootstrap makes one: not a mount of its own.
class ChrootDirectory {
public:
  ~ChrootDirectory() {
    std::filesystem::remove(path_ / "marker");
    for (const auto* name : parts)
      rmdir((path_ / name).c_str());
    rmdir(path_.c_str());
  }

  /// Fills the directory for the calling process alone, and goes there.
  void enter() const {
    ASSERT_EQ(unshare(CLONE_NEWNS), 0);
    ASSERT_EQ(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
    for (const auto* name : parts) {
      const auto source = std::filesystem::path("/") / name;
      if (!std::filesystem::exists(source)) continue;
      std::filesystem::create_directory(path_ / name);
      ASSERT_EQ(
          mount(source.c_str(), (path_ / name).c_str(), nullptr, MS_BIND | MS_REC, nullptr), 0);
    }
    std::ofstream(path_ / "marker") << "in the chroot\n";
    ASSERT_EQ(chroot(path_.c_str()), 0);
    ASSERT_EQ(chdir("/"), 0);
  }

private:
  static constexpr const char* parts[] = {"usr",   "bin", "sbin", "lib",
                                          "lib64", "etc", "proc", "dev"};
  std::filesystem::path path_ = [] {
    std::string name = std::filesystem::temp_directory_path() / "lazaret-chroot-XXXXXX";
    return std::filesystem::path(mkdtemp(name.data()));
  }();
};

TEST(Warden, WorksInAChrootAsRoot) {
  if (geteuid() != 0 || !test::wardens_can_start) GTEST_SKIP() << "needs root, not ThreadSanitizer";
  if (find_obstacles().chrooted) GTEST_SKIP() << "all other tests are in a chroot already";
  const ChrootDirectory directory;
  in_child([&] {
    directory.enter();
    ASSERT_EQ(unshare(CLONE_NEWUSER), -1);  // the obstacle is there
    auto warden = started();
    EXPECT_TRUE(warden.listeners().tcp);
    EXPECT_EQ(run_to_end(warden, shell("cat /marker")).text, "in the chroot\n");
  });
}

}  // namespace
}  // namespace sandbox
