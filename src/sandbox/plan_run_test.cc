// SPDX-License-Identifier: Apache-2.0
// Plans carried out: bubblewrap, filter and init are run for real, and the program inside says what
// it finds.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>

#include "sandbox/bubblewrap.h"
#include "sandbox/descriptors.h"
#include "sandbox/env_files.h"
#include "sandbox/init/protocol.h"
#include "sandbox/init_image.h"
#include "sandbox/obstacles.h"
#include "sandbox/plan.h"
#include "sandbox/seccomp.h"

namespace sandbox {
namespace {

namespace fs = std::filesystem;

struct Outcome {
  std::string output;
  std::optional<Report> report;
};

// A project and a home in a directory of their own, which goes away with the test.
class PlanRun : public testing::Test {
protected:
  void SetUp() override {
    if (find_obstacles().chrooted) GTEST_SKIP() << "bubblewrap alone does not start in a chroot";
    std::string pattern = "/var/tmp/lazaret-test-XXXXXX";
    root_ = mkdtemp(pattern.data());
    for (const char* name : {"project", "home", "sandbox_home", "own"})
      fs::create_directory(root_ / name);
  }
  void TearDown() override { fs::remove_all(root_); }

  void write(const fs::path& path, std::string_view text) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }

  PlanInput input(std::vector<std::string> command) {
    return {
        .name = "test",
        .project = (root_ / "project").string(),
        .home = (root_ / "home").string(),
        .sandbox_home = (root_ / "sandbox_home").string(),
        .user = {.name = "tester", .uid = getuid(), .gid = getgid()},
        .command = std::move(command),
        .resolver = Resolver::none,
        .env_files = find_env_files(root_ / "project"),
        .own_paths = {(root_ / "own").string()},
        .host = survey_host()};
  }

  // Runs the plan like the warden does: nothing but the named descriptors, an empty environment.
  Outcome run(const PlanInput& what) {
    auto plan = make_plan(what);
    if (!plan) return {.output = plan.error().to_string(), .report = {}};
    auto filter =
        seccomp_filter(what.user_namespaces ? UserNamespaces::allowed : UserNamespaces::refused);
    auto command = to_bubblewrap(*plan, "/usr/bin/bwrap", filter, init_image(), {});
    auto files = to_descriptors(command.contents);
    int control[2];
    int output[2];
    EXPECT_EQ(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control));
    EXPECT_EQ(0, pipe2(output, O_CLOEXEC));
    pid_t pid = fork();
    if (pid == 0) {
      dup2(open("/dev/null", O_RDONLY), 0);
      dup2(output[1], 1);
      dup2(output[1], 2);
      // Out of the way first: a target may be the number of a source.
      std::vector<int> high;
      for (const auto& file : *files)
        high.push_back(fcntl(file.get(), F_DUPFD_CLOEXEC, 500));
      high.push_back(fcntl(control[1], F_DUPFD_CLOEXEC, 500));
      for (std::size_t i = 0; i < high.size(); ++i)
        dup2(high[i], static_cast<int>(i) + 3);
      close_range(3 + static_cast<unsigned>(high.size()), ~0U, 0);
      std::vector<char*> argv;
      argv.reserve(command.argv.size() + 1);
      for (auto& word : command.argv)
        argv.push_back(word.data());
      argv.push_back(nullptr);
      char* none[] = {nullptr};
      execve(argv[0], argv.data(), none);
      _exit(99);
    }
    close(control[1]);
    close(output[1]);
    base::Fd host(control[0]);
    base::Fd from(output[0]);
    Outcome outcome;
    if (word_) send(host.get(), &*word_, sizeof *word_, MSG_NOSIGNAL);
    if (after_start_) after_start_(host.get());
    if (!word_) host.reset();
    char buffer[4096];
    for (ssize_t got; (got = read(from.get(), buffer, sizeof buffer)) > 0;)
      outcome.output.append(buffer, static_cast<std::size_t>(got));
    Report report{};
    while (host && recv(host.get(), &report, sizeof report, 0) == sizeof report)
      outcome.report = report;
    int status = 0;
    waitpid(pid, &status, 0);
    return outcome;
  }

  Outcome shell(const std::string& script) { return run(input({"/bin/sh", "-c", script})); }

  fs::path root_;
  std::function<void(int)> after_start_;
  std::optional<std::int32_t> word_ = start_word;  // none: the host goes away without a word
};

TEST_F(PlanRun, StartsTheProgramInTheProject) {
  auto outcome = shell("pwd");
  EXPECT_EQ(input({}).project + "\n", outcome.output);
}

TEST_F(PlanRun, StartsNothingBeforeItIsTold) {
  word_.reset();
  after_start_ = [](int) { usleep(300'000); };
  shell("echo ran; touch ran");
  EXPECT_FALSE(fs::exists(root_ / "project/ran"));
}

TEST_F(PlanRun, StartsNothingWhenItIsToldSomethingElse) {
  word_ = SIGTERM;
  auto outcome = shell("touch ran");
  EXPECT_FALSE(outcome.report);
  EXPECT_FALSE(fs::exists(root_ / "project/ran"));
}

TEST_F(PlanRun, ReportsTheExitCode) {
  auto outcome = shell("exit 7");
  ASSERT_TRUE(outcome.report) << outcome.output;
  EXPECT_EQ(ReportKind::ended, outcome.report->kind);
  EXPECT_EQ(7, WEXITSTATUS(outcome.report->value));
}

TEST_F(PlanRun, ReportsDeathBySignal) {
  auto outcome = shell("kill -SEGV $$");
  ASSERT_TRUE(outcome.report) << outcome.output;
  EXPECT_EQ(SIGSEGV, WTERMSIG(outcome.report->value));
}

TEST_F(PlanRun, ReportsAProgramThatDoesNotExist) {
  auto outcome = run(input({"no-such-program"}));
  ASSERT_TRUE(outcome.report) << outcome.output;
  EXPECT_EQ(ReportKind::not_started, outcome.report->kind);
  EXPECT_EQ(ENOENT, outcome.report->value);
}

TEST_F(PlanRun, ReportsAProgramThatIsNotExecutable) {
  auto outcome = run(input({"/etc/passwd"}));
  ASSERT_TRUE(outcome.report) << outcome.output;
  EXPECT_EQ(EACCES, outcome.report->value);
}

TEST_F(PlanRun, LeavesNoCapabilityAndNoWayToGainOne) {
  auto outcome =
      shell("grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status | tr -s '\\t\\n' '  '");
  EXPECT_EQ(
      "CapInh: 0000000000000000 CapPrm: 0000000000000000 CapEff: 0000000000000000 "
      "CapBnd: 0000000000000000 CapAmb: 0000000000000000 NoNewPrivs: 1 Seccomp: 2 ",
      outcome.output);
}

TEST_F(PlanRun, EndsWhatTheProgramLeavesBehind) {
  auto outcome = shell("sleep 1000 & exit 0");
  ASSERT_TRUE(outcome.report);
  EXPECT_EQ(0, outcome.report->value);
}

TEST_F(PlanRun, PassesSignalsOn) {
  after_start_ = [](int control) {
    usleep(300'000);
    int signal = SIGTERM;
    send(control, &signal, sizeof signal, 0);
  };
  auto outcome = run(input({"/bin/sleep", "1000"}));
  ASSERT_TRUE(outcome.report) << outcome.output;
  EXPECT_EQ(SIGTERM, WTERMSIG(outcome.report->value));
}

TEST_F(PlanRun, ShowsTheProjectAndAHomeOfItsOwn) {
  write("project/file", "here\n");
  write("home/private", "not here\n");
  write("own/key", "not here\n");
  auto outcome = shell("cat file; echo kept > ~/note; ls -A ~ " + (root_ / "own").string());
  EXPECT_TRUE(outcome.output.starts_with("here\n")) << outcome.output;
  EXPECT_EQ(std::string::npos, outcome.output.find("private"));
  EXPECT_EQ(std::string::npos, outcome.output.find("key"));
  EXPECT_TRUE(fs::exists(root_ / "sandbox_home/note"));
}

TEST_F(PlanRun, HidesEnvironmentFiles) {
  write("project/.env", "KEY=1");
  write("project/a/b/.env.local", "KEY=1");
  auto outcome = shell("cat .env a/b/.env.local; rm .env; mv .env x; ln .env y");
  EXPECT_EQ(std::string::npos, outcome.output.find("KEY=1")) << outcome.output;
  EXPECT_TRUE(fs::exists(root_ / "project/.env"));
}

TEST_F(PlanRun, KeepsTheRootAndEtcReadOnly) {
  auto outcome =
      shell("touch /x /etc/x /usr/x /var/x 2>/dev/null; ls -d /x /etc/x /usr/x /var/x 2>/dev/null");
  EXPECT_EQ("", outcome.output);
}

TEST_F(PlanRun, HidesWhatIsNotPublic) {
  auto outcome = shell(
      "cat /etc/shadow /etc/gshadow; "
      "find /etc -type f -not -perm -o=r -not -empty -readable 2>/dev/null");
  EXPECT_EQ("", outcome.output);
}

// Those of the sandbox's own namespaces (messages, semaphores, numbers of processes) are its
// user's.
TEST_F(PlanRun, KeepsTheKernelsSwitchesOutOfReach) {
  auto outcome = shell(
      "for f in $(find /proc/sys /proc/fs /proc/scsi /proc/acpi /proc/irq /proc/bus "
      "/proc/sysrq-trigger -type f "
      "2>/dev/null); do ( : >> $f ) 2>/dev/null && echo $f; done | grep -vE "
      "'/proc/sys/(fs/mqueue/|kernel/(msg|sem$|shm|auto_msgmni|ns_last_pid|pid_max))'; "
      "ls /sys 2>/dev/null");
  EXPECT_EQ("", outcome.output);
}

TEST_F(PlanRun, KeepsTheFirstProcessClosedToTheProgram) {
  auto outcome = shell(
      "readlink /proc/1/fd/* /proc/1/exe 2>/dev/null; cat /proc/1/mem /proc/1/environ 2>/dev/null; "
      "kill -9 1; echo alive");
  EXPECT_EQ("alive\n", outcome.output);
}

TEST_F(PlanRun, TellsNothingOfTheHostInTheFirstProcess) {
  setenv("LAZARET_TEST_SECRET", "1", 1);
  auto outcome = shell("cat /proc/1/environ; tr '\\0' ' ' < /proc/1/cmdline; ls /proc/1/fd; env");
  EXPECT_EQ(std::string::npos, outcome.output.find("LAZARET_TEST_SECRET"));
  EXPECT_EQ(std::string::npos, outcome.output.find("sandbox_home"));
}

TEST_F(PlanRun, LeavesTheProgramOnlyItsStandardDescriptors) {
  EXPECT_EQ("0\n1\n2\n3\n", shell("ls /proc/self/fd").output);  // 3 is ls reading the directory
}

TEST_F(PlanRun, RefusesNamespacesMountsAndTerminalInjection) {
  auto outcome = run(input(
      {"/usr/bin/python3", "-c",
       "import ctypes, errno, socket\n"
       "libc = ctypes.CDLL(None, use_errno=True)\n"
       "def call(*args):\n"
       "    ctypes.set_errno(0)\n"
       "    libc.syscall(*args)\n"
       "    return errno.errorcode.get(ctypes.get_errno(), 'ok')\n"
       "print(call(272, 0x10000000), call(56, 0x10000011, 0, 0, 0, 0), call(435, 0, 0), call(165, "
       "0, 0, 0, 0, 0))\n"
       "print(call(16, 0, 0x5412, 0), call(16, 0, ctypes.c_ulong(0x100005412), 0), call(16, 0, "
       "0x541C, 0))\n"
       "print(call(425, 1, 0), call(321, 0, 0, 0), call(298, 0, 0, 0, 0, 0), call(250, 0, 0), "
       "call(135, 0x400000))\n"
       "print(call(41, 17, 3, 0), call(41, 2, 3, 1), call(41, 40, 1, 0), call(41, 38, 5, 0), "
       "call(41, 16, 3, 12))\n"
       "print(call(135, 0xffffffff), call(41, 16, 3, 0), call(0x40000000 | 39))\n"}));
  EXPECT_EQ(
      "EPERM EPERM ENOSYS EPERM\n"
      "EPERM EPERM EPERM\n"
      "EPERM EPERM EPERM EPERM EPERM\n"
      "EPERM EPERM EPERM EPERM EPERM\n"
      "ok ok ENOSYS\n",
      outcome.output);
}

TEST_F(PlanRun, AllowsUserNamespacesWhenThePlanDoes) {
  auto what = input({"/usr/bin/unshare", "-U", "/bin/echo", "nested"});
  EXPECT_EQ("unshare: unshare failed: Operation not permitted\n", run(what).output);
  what.user_namespaces = true;
  EXPECT_EQ("nested\n", run(what).output);
}

TEST_F(PlanRun, TakesAProjectWhosePathHasOddCharacters) {
  auto odd = root_ / "a b\n\"c\"é";
  fs::create_directory(odd);
  auto what = input({"/bin/pwd"});
  what.project = odd.string();
  EXPECT_EQ(odd.string() + "\n", run(what).output);
}

}  // namespace
}  // namespace sandbox
