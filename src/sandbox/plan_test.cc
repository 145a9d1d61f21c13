// SPDX-License-Identifier: Apache-2.0
#include "sandbox/plan.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "sandbox/bubblewrap.h"

namespace sandbox {
namespace {

// A small machine with merged /usr.
HostFacts small_host() {
  HostFacts host{
      .roots =
          {{.name = "/usr", .is_directory = true},
           {.name = "/bin", .is_directory = true, .target = "usr/bin"}},
      .etc = {{.name = "passwd"}, {.name = "ssl", .is_directory = true}},
      .not_public = {{.name = "/etc/shadow"}, {.name = "/etc/ssl/private", .is_directory = true}}};
  for (const char* file :
       {"/etc/passwd", "/etc/group", "/etc/hosts", "/etc/hostname", "/etc/nsswitch.conf",
        "/etc/ssl/certs/ca-certificates.crt"})
    host.seen[file] = {.kind = FileKind::file, .real = file};
  host.seen["/etc/resolv.conf"] = {
      .kind = FileKind::absent, .real = "/run/systemd/resolve/stub-resolv.conf"};
  host.seen["/etc/ssl/certs"] = {.kind = FileKind::directory, .real = "/etc/ssl/certs"};
  return host;
}

PlanInput small_input() {
  return {
      .name = "shop-1a2b3c4d",
      .project = "/home/ann/shop",
      .home = "/home/ann",
      .sandbox_home = "/data/shop-1a2b3c4d/home",
      .user = {.name = "ann", .uid = 1000, .gid = 1000},
      .command = {"make", "test all"},
      .host_environment =
          {{"PATH", "/opt/x:/usr/games:bin"},
           {"LANG", "C.UTF-8"},
           {"AWS_SECRET", "s"},
           {"KEEP", "k"}},
      .proxy_url = "http://10.0.2.2:8080",
      .authority = TrustedAuthority{.directory = "/data/ca/certificates-1"},
      .env_passthrough = {"KEEP"},
      .environment = {{"TOKEN", "placeholder"}},
      .env_files = {"/home/ann/shop/.env"},
      .own_paths = {"/data"},
      .project_config = "/home/ann/shop/.lazaret.toml",
      .host = small_host()};
}

const Mount* mount_on(const Plan& plan, std::string_view destination) {
  auto found = std::ranges::find(plan.mounts, destination, &Mount::destination);
  return found == plan.mounts.end() ? nullptr : &*found;
}

const Variable* variable(const Plan& plan, std::string_view name) {
  auto found = std::ranges::find(plan.environment, name, &Variable::name);
  return found == plan.environment.end() ? nullptr : &*found;
}

TEST(Plan, ReadsAsText) {
  auto plan = make_plan(small_input());
  ASSERT_TRUE(plan) << plan.error().to_string();
  EXPECT_EQ(
      R"(sandbox shop-1a2b3c4d
  user ann (1000:1000), no capabilities, no user namespaces
  starts in /home/ann/shop

files
  link  /bin -> usr/bin  # programs and libraries
  dev   /dev  # minimal devices
  ro    /etc  # system configuration
  file  /etc/group  # made for the sandbox
  file  /etc/hostname  # made for the sandbox
  file  /etc/hosts  # made for the sandbox
  file  /etc/nsswitch.conf  # made for the sandbox
  file  /etc/passwd  # made for the sandbox
  file  /etc/shadow (empty)  # not public
  ro    /etc/ssl/certs <- /data/ca/certificates-1  # roots and our authority
  tmpfs /etc/ssl/private  # not public
  rw    /home/ann <- /data/shop-1a2b3c4d/home  # home, kept for this project
  rw    /home/ann/shop  # the project
  file  /home/ann/shop/.env (empty)  # may hold secrets
  file  /home/ann/shop/.lazaret.toml (empty)  # lazaret's configuration
  proc  /proc  # processes of the sandbox
  tmpfs /run  # runtime files
  ro    /run/lazaret/certificates <- /etc/ssl/certs  # the host's roots
  file  /run/systemd/resolve/stub-resolv.conf  # made for the sandbox
  tmpfs /run/user/1000  # runtime files of the user
  tmpfs /tmp  # temporary files
  ro    /usr  # programs and libraries
  link  /var/run -> /run  # runtime files
  tmpfs /var/tmp  # temporary files

environment
  AWS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt
  CARGO_HTTP_CAINFO=/etc/ssl/certs/ca-certificates.crt
  CURL_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt
  DENO_CERT=/etc/ssl/certs/lazaret-ca.crt
  GIT_SSL_CAINFO=/etc/ssl/certs/ca-certificates.crt
  GRPC_DEFAULT_SSL_ROOTS_FILE_PATH=/etc/ssl/certs/ca-certificates.crt
  HOME=/home/ann
  HTTPS_PROXY=http://10.0.2.2:8080
  HTTP_PROXY=http://10.0.2.2:8080
  KEEP=[from the configuration]
  LANG=C.UTF-8
  LAZARET=1
  LAZARET_SANDBOX=shop-1a2b3c4d
  LOGNAME=ann
  NODE_EXTRA_CA_CERTS=/etc/ssl/certs/lazaret-ca.crt
  NODE_USE_ENV_PROXY=1
  NO_PROXY=localhost,127.0.0.1,::1
  PATH=/home/ann/.local/bin:/usr/games:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  PIP_CERT=/etc/ssl/certs/ca-certificates.crt
  REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt
  SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
  TOKEN=[from the configuration]
  USER=ann
  XDG_RUNTIME_DIR=/run/user/1000
  YARN_HTTPS_PROXY=http://10.0.2.2:8080
  YARN_HTTP_PROXY=http://10.0.2.2:8080
  http_proxy=http://10.0.2.2:8080
  https_proxy=http://10.0.2.2:8080
  no_proxy=localhost,127.0.0.1,::1

command
  make
  test all
)",
      to_text(*plan));
}

std::string value_of(const Plan& plan, std::string_view variable) {
  const auto found = std::ranges::find(plan.environment, variable, &Variable::name);
  return found != plan.environment.end() ? found->value : "unset";
}

TEST(Plan, GivesDummiesToVariablesThatNothingElseSets) {
  auto input = small_input();
  input.host_environment["KEEP"] = "kept";
  input.environment = {{"MINE", "mine"}};
  input.dummies = {{"KEEP", "a-dummy"}, {"MINE", "a-dummy"}, {"PATH", "x"}, {"TOKEN", "a-dummy"}};
  const auto plan = make_plan(input);
  EXPECT_EQ(value_of(*plan, "TOKEN"), "a-dummy");
  EXPECT_EQ(value_of(*plan, "MINE"), "mine");
  EXPECT_EQ(value_of(*plan, "KEEP"), "kept");
  EXPECT_NE(value_of(*plan, "PATH"), "x");
}

TEST(Plan, AnswersGitWhereItIsGivenCredentials) {
  auto input = small_input();
  EXPECT_EQ(mount_on(*make_plan(input), "/run/lazaret/git-askpass"), nullptr);
  input.git_answer = "a-dummy";
  const auto plan = make_plan(input);
  ASSERT_TRUE(plan);
  const auto* program = mount_on(*plan, "/run/lazaret/git-askpass");
  ASSERT_NE(program, nullptr);
  EXPECT_EQ(program->source, "#!/bin/sh\necho 'a-dummy'\n");
  EXPECT_EQ(program->mode, 0555);
  EXPECT_EQ(value_of(*plan, "GIT_ASKPASS"), "/run/lazaret/git-askpass");
  EXPECT_EQ(value_of(*plan, "GIT_TERMINAL_PROMPT"), "0");
}

TEST(Plan, LeavesGitItsOwnAskpass) {
  auto input = small_input();
  input.git_answer = "a-dummy";
  input.environment = {{"GIT_ASKPASS", "/bin/true"}, {"GIT_TERMINAL_PROMPT", "1"}};
  const auto plan = make_plan(input);
  EXPECT_EQ(value_of(*plan, "GIT_ASKPASS"), "/bin/true");
  EXPECT_EQ(value_of(*plan, "GIT_TERMINAL_PROMPT"), "1");
}

TEST(Plan, RefusesProjectsThatShowTooMuchOrLieInTheSystem) {
  for (const char* project :
       {"/", "/home", "/home/ann", "/usr/src/x", "/etc", "/run/x", "/proc/1", "/tmp", "/data",
        "/data/x", "relative", "/home/ann/../bob", "/home/ann/shop/"}) {
    auto input = small_input();
    input.project = project;
    auto plan = make_plan(input);
    ASSERT_FALSE(plan) << project;
    EXPECT_EQ(base::ErrorKind::invalid, plan.error().kind);
    EXPECT_FALSE(plan.error().hint.empty());
  }
}

TEST(Plan, TakesProjectsOutsideTheHome) {
  for (const char* project : {"/tmp/x", "/srv/www", "/opt/x", "/home/bob/x", "/var/tmp/a b\n"}) {
    auto input = small_input();
    input.project = project;
    auto plan = make_plan(input);
    ASSERT_TRUE(plan) << project;
    ASSERT_NE(nullptr, mount_on(*plan, project));
    EXPECT_EQ(MountKind::read_write, mount_on(*plan, project)->kind);
  }
}

TEST(Plan, HidesItsOwnDirectoriesInsideAProject) {
  auto input = small_input();
  input.own_paths = {"/home/ann/shop/.data/lazaret"};
  auto plan = make_plan(input);
  ASSERT_TRUE(plan);
  ASSERT_NE(nullptr, mount_on(*plan, "/home/ann/shop/.data/lazaret"));
  EXPECT_EQ(MountKind::tmpfs, mount_on(*plan, "/home/ann/shop/.data/lazaret")->kind);
}

TEST(Plan, ShowsWhatMountRulesNameAndHidesTheRest) {
  auto input = small_input();
  input.mount_rules = {
      {.path = "/home/ann/.config/tool", .is_directory = true, .mode = Visibility::read_only},
      {.path = "/srv/cache", .is_directory = true, .mode = Visibility::read_write},
      {.path = "/home/ann/shop/secrets", .is_directory = true},
      {.path = "/home/ann/.ssh", .is_directory = true}};
  auto plan = make_plan(input);
  ASSERT_TRUE(plan);
  EXPECT_EQ(MountKind::read_only, mount_on(*plan, "/home/ann/.config/tool")->kind);
  EXPECT_EQ(MountKind::read_write, mount_on(*plan, "/srv/cache")->kind);
  EXPECT_EQ(MountKind::tmpfs, mount_on(*plan, "/home/ann/shop/secrets")->kind);
  EXPECT_EQ(nullptr, mount_on(*plan, "/home/ann/.ssh")) << "is not there to be hidden";
}

TEST(Plan, HidesEnvironmentFilesThatAMountRuleWouldShow) {
  auto input = small_input();
  input.mount_rules = {{.path = "/home/ann/shop/.env", .mode = Visibility::read_only}};
  auto plan = make_plan(input);
  ASSERT_TRUE(plan);
  EXPECT_EQ(MountKind::data, mount_on(*plan, "/home/ann/shop/.env")->kind);
}

TEST(Plan, RefusesMountRulesThatShowItsOwnDirectories) {
  auto input = small_input();
  input.mount_rules = {{.path = "/data/ca", .is_directory = true, .mode = Visibility::read_only}};
  EXPECT_FALSE(make_plan(input));
}

TEST(Plan, ShowsTheProjectConfigurationAsAskedFor) {
  auto input = small_input();
  input.config_visibility = Visibility::read_only;
  EXPECT_EQ(
      MountKind::read_only, mount_on(*make_plan(input), "/home/ann/shop/.lazaret.toml")->kind);
  input.config_visibility = Visibility::read_write;
  EXPECT_EQ(nullptr, mount_on(*make_plan(input), "/home/ann/shop/.lazaret.toml"));
}

TEST(Plan, PutsEtcTogetherWhenTheHostLacksAFileOfIt) {
  auto input = small_input();
  input.host.seen["/etc/hosts"].kind = FileKind::absent;
  auto plan = make_plan(input);
  ASSERT_TRUE(plan);
  EXPECT_EQ(MountKind::tmpfs, mount_on(*plan, "/etc")->kind);
  EXPECT_EQ(MountKind::read_only, mount_on(*plan, "/etc/ssl")->kind);
  EXPECT_EQ(MountKind::data, mount_on(*plan, "/etc/hosts")->kind);
  EXPECT_EQ(MountKind::data, mount_on(*plan, "/etc/resolv.conf")->kind);
}

TEST(Plan, LeavesOutCertificatesAndProxyWhenThereAreNone) {
  auto input = small_input();
  input.proxy_url.reset();
  input.authority.reset();
  auto plan = make_plan(input);
  ASSERT_TRUE(plan);
  EXPECT_EQ(nullptr, variable(*plan, "HTTP_PROXY"));
  EXPECT_EQ(nullptr, variable(*plan, "SSL_CERT_FILE"));
  EXPECT_EQ(nullptr, mount_on(*plan, "/etc/ssl/certs"));
}

TEST(Plan, SetsTheFurtherNamesOfProxyAndBundle) {
  auto input = small_input();
  input.extra_env = {"MY_PROXY"};
  input.extra_ca_env = {"MY_CA"};
  auto plan = make_plan(input);
  EXPECT_EQ("http://10.0.2.2:8080", variable(*plan, "MY_PROXY")->value);
  EXPECT_EQ(bundle_path, variable(*plan, "MY_CA")->value);
}

TEST(Plan, LetsNoConfigurationReplaceWhatTheSandboxDependsOn) {
  auto input = small_input();
  input.environment = {{"LAZARET_SANDBOX", "other"}, {"HOME", "/root"}};
  auto plan = make_plan(input);
  EXPECT_EQ("shop-1a2b3c4d", variable(*plan, "LAZARET_SANDBOX")->value);
  EXPECT_EQ("/home/ann", variable(*plan, "HOME")->value);
}

TEST(Plan, RefusesVariablesThatNoEnvironmentCanHold) {
  for (const auto& bad :
       {std::pair<std::string, std::string>{"A=B", "x"},
        {"", "x"},
        {"A", std::string("x\0y", 3)}}) {
    auto input = small_input();
    input.environment = {bad};
    EXPECT_FALSE(make_plan(input));
  }
}

TEST(Plan, PutsTheHomeElsewhereWhenTheUserHasNone) {
  for (const char* home : {"/", "/usr/sbin", "/run/x"}) {
    auto input = small_input();
    input.home = home;
    auto plan = make_plan(input);
    ASSERT_TRUE(plan) << home;
    EXPECT_EQ("/home/ann", variable(*plan, "HOME")->value);
  }
}

TEST(Plan, KeepsRootFromWritingToTheKernel) {
  auto input = small_input();
  input.user = {.name = "root", .uid = 0, .gid = 0};
  input.host.seen["/proc/kcore"] = {.kind = FileKind::file, .real = "/proc/kcore"};
  auto plan = make_plan(input);
  EXPECT_EQ(MountKind::read_only_proc, mount_on(*plan, "/proc")->kind);
  EXPECT_EQ(MountKind::data, mount_on(*plan, "/proc/kcore")->kind);
}

TEST(Plan, NamesTheMachineAfterTheSandbox) {
  auto input = small_input();
  for (auto [name, expected] :
       {std::pair{"a_b.c", "a-b-c"}, {"--x--", "x"}, {"é", "lazaret"}, {"", "lazaret"}}) {
    input.name = name;
    EXPECT_EQ(expected, make_plan(input)->name);
  }
}

TEST(Bubblewrap, ShowsNothingOfThePlanOnItsCommandLine) {
  auto plan = make_plan(small_input());
  auto command = to_bubblewrap(
      *plan, "/usr/bin/bwrap", "filter", "image", {.descriptor = 0, .is_foreground = false});
  EXPECT_EQ(
      (std::vector<std::string>{
          "/usr/bin/bwrap", "--args", "3", "--", "/run/lazaret/init",
          std::to_string(command.control), "0", "background", "make", "test all"}),
      command.argv);
  EXPECT_EQ(command.control, 3 + static_cast<int>(command.contents.size()));
  EXPECT_EQ("filter", command.contents.back());
}

TEST(Bubblewrap, AlwaysDropsWhatASandboxMustNotHave) {
  auto plan = make_plan(small_input());
  auto arguments = to_bubblewrap(*plan, "bwrap", "f", "i", {}).contents.front();
  for (std::string_view needed :
       {"--unshare-user", "--unshare-pid", "--unshare-ipc", "--die-with-parent", "--disable-userns",
        "--seccomp"})
    EXPECT_NE(std::string::npos, arguments.find(needed)) << needed;
  EXPECT_NE(std::string::npos, arguments.find(std::string_view("--cap-drop\0ALL\0", 15)));
  EXPECT_NE(std::string::npos, arguments.find(std::string_view("--remount-ro\0/\0", 15)));
}

}  // namespace
}  // namespace sandbox
