// SPDX-License-Identifier: Apache-2.0
#include "secrets/source.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>

#include "base/file.h"
#include "secrets/command.h"
#include "secrets/store.h"
#include "secrets/test_support.h"

namespace secrets {
namespace {

using namespace std::chrono_literals;
using test::Directory;

std::string revealed(
    const Source& source,
    const Environment& environment = {},
    const std::filesystem::path& home = "/") {
  const auto resolved = resolve(source, environment, home);
  if (!resolved) return "error: " + resolved.error().to_string();
  return *resolved ? std::string((*resolved)->reveal()) : "nothing";
}

std::string printed(const std::string& command, const Environment& environment = {}) {
  const auto output = output_of(Command::shell(command), environment, 5s);
  return output ? std::string(output->reveal()) : "error: " + output.error().message;
}

TEST(Source, TakesTheFirstOfValueEnvFileCommand) {
  const Directory home;
  ASSERT_TRUE(base::write_file(home.path() / "token", "from file"));
  const Environment environment{{"TOKEN", "from env"}};
  Source source{
      .value = base::Secret("written"),
      .env = "TOKEN",
      .file = "~/token",
      .command = "echo from command"};
  EXPECT_EQ(revealed(source, environment, home.path()), "written");
  source.value.reset();
  EXPECT_EQ(revealed(source, environment, home.path()), "from env");
  source.env.clear();
  EXPECT_EQ(revealed(source, environment, home.path()), "from file");
  source.file.clear();
  EXPECT_EQ(revealed(source, environment, home.path()), "from command");
  source.command.clear();
  EXPECT_FALSE(source.configured());
  EXPECT_EQ(revealed(source, environment, home.path()), "nothing");
}

TEST(Source, TellsAnUnsetVariableFromAnEmptyOne) {
  EXPECT_EQ(revealed({.env = "TOKEN"}), "nothing");
  EXPECT_EQ(revealed({.env = "TOKEN"}, {{"TOKEN", ""}}), "");
}

TEST(Source, KeepsTheWhiteSpaceOfAVariable) {
  EXPECT_EQ(revealed({.env = "T"}, {{"T", " x\n"}}), " x\n");
}

TEST(Source, TrimsAFileAtBothEnds) {
  const Directory home;
  ASSERT_TRUE(base::write_file(home.path() / "token", "\n  a b \r\n\n"));
  EXPECT_EQ(revealed({.file = (home.path() / "token").native()}), "a b");
}

TEST(Source, NamesAFileItCannotRead) {
  const auto text = revealed({.file = "~/absent"}, {}, "/nonexistent");
  EXPECT_TRUE(text.starts_with("error: ")) << text;
  EXPECT_NE(text.find("/nonexistent/absent"), std::string::npos) << text;
}

TEST(Source, SaysWhyItIsEmpty) {
  EXPECT_EQ(why_empty({.env = "TOKEN"}), "the environment variable TOKEN is not set");
  EXPECT_EQ(why_empty({.file = "~/t"}), "~/t is empty");
  EXPECT_EQ(why_empty({}), "it has no source");
}

TEST(Source, TakesAMemberOfAJsonFile) {
  const Directory home;
  ASSERT_TRUE(base::write_file(home.path() / "c.json", R"({"tokens":[{"access":"hush"}]})"));
  EXPECT_EQ(revealed({.file = "~/c.json", .json = "tokens.0.access"}, {}, home.path()), "hush");
  EXPECT_EQ(revealed({.file = "~/c.json", .json = "tokens.1"}, {}, home.path()), "nothing");
  const Source absent{.file = "~/c.json", .json = "tokens.1"};
  EXPECT_EQ(why_empty(absent), "~/c.json has no member tokens.1");
}

TEST(Source, SaysWhichFileIsNotJson) {
  const Directory home;
  ASSERT_TRUE(base::write_file(home.path() / "c.json", "hush {"));
  const auto text = revealed({.file = "~/c.json", .json = "a"}, {}, home.path());
  EXPECT_TRUE(text.starts_with("error: it is not JSON (looking for json in /")) << text;
  EXPECT_FALSE(text.contains("hush")) << text;
}

TEST(Source, TakesAVariableOfAnEnvFile) {
  const Directory home;
  ASSERT_TRUE(base::write_file(home.path() / ".env", "A=1\nexport KEY='two words'\n"));
  EXPECT_EQ(revealed({.file = "~/.env", .env_file_key = "KEY"}, {}, home.path()), "two words");
  EXPECT_EQ(why_empty({.file = "~/.env", .env_file_key = "B"}), "~/.env has no B");
}

TEST(Source, TakesAMemberOfWhatACommandPrints) {
  EXPECT_EQ(revealed({.command = "echo '{\"a\": 7}'", .json = "a"}), "7");
}

TEST(Source, RunsAProgramWithoutAShell) {
  EXPECT_EQ(revealed({.program = {"/bin/echo", "$HOME;", "*"}}), "$HOME; *");
  EXPECT_EQ(revealed({.program = {"echo", "x"}}, {{"PATH", "/nonexistent:/bin"}}), "x");
}

TEST(Source, NamesAProgramThatIsNotThere) {
  EXPECT_EQ(
      revealed({.program = {"absent-program"}}, {{"PATH", "/bin"}}),
      "error: there is no program `absent-program`\n  install it, or correct PATH");
}

/// A directory with programs of these names that print their arguments, or what `script` says.
class Managers {
public:
  void add(const std::string& name, const std::string& script) {
    const auto path = directory_.path() / name;
    ASSERT_TRUE(base::write_file(path, "#!/bin/sh\n" + script + "\n", 0700));
  }
  Environment environment() const { return {{"PATH", directory_.path().string()}}; }

private:
  Directory directory_;
};

TEST(Source, AsksOnePassword) {
  Managers managers;
  managers.add("op", "echo \"$*\"");
  EXPECT_EQ(
      revealed({.op = "op://vault/item/field"}, managers.environment()),
      "read --no-newline op://vault/item/field");
}

TEST(Source, TakesTheFirstLineOfAPassEntry) {
  Managers managers;
  managers.add("pass", "echo \"$*\"; echo user: me");
  EXPECT_EQ(revealed({.pass = "web/key"}, managers.environment()), "show -- web/key");
}

TEST(Source, AsksProtonPassForItsReferences) {
  Managers managers;
  managers.add("pass-cli", "echo \"$*\"");
  EXPECT_EQ(revealed({.pass = "pass://s/i/f"}, managers.environment()), "item view pass://s/i/f");
}

TEST(Source, SaysWhichPasswordManagerIsMissing) {
  const Managers managers;
  EXPECT_EQ(
      revealed({.op = "op://v/i/f"}, managers.environment()),
      "error: `op`, the command-line program of 1Password, is not installed\n"
      "  install it, or give the secret another source");
}

TEST(Source, NamesAPasswordManagerThatFails) {
  Managers managers;
  managers.add("op", "echo hush; exit 1");
  const auto text = revealed({.op = "op://v/i/f"}, managers.environment());
  EXPECT_TRUE(text.starts_with("error: `op read` ended with status 1")) << text;
  EXPECT_FALSE(text.contains("hush")) << text;
}

TEST(Source, NamesASecretThatIsKept) {
  const Directory home;
  const auto store = Store::of({}, home.path());
  ASSERT_TRUE(store.set("npm", base::Secret("hush"), Store::Place::file));
  EXPECT_EQ(revealed({.secret = "npm"}, {}, home.path()), "hush");
  EXPECT_EQ(revealed({.secret = "other"}, {}, home.path()), "nothing");
  EXPECT_EQ(
      why_empty({.secret = "other"}),
      "no secret is kept under that name: lazaret secret set other");
}

TEST(Source, NeedsASessionToAskAKeyring) {
  const auto text = revealed({.keyring = {{"service", "x"}}});
  EXPECT_TRUE(text.starts_with("error: there is no desktop keyring: there is no session of D-Bus"))
      << text;
}

TEST(Source, WarnsOfAFileThatOthersCanRead) {
  const Directory home;
  const auto file = home.path() / "token";
  ASSERT_TRUE(base::write_file(file, "hush", 0640));
  const auto warning = warning_about({.file = "~/token"}, home.path());
  EXPECT_EQ(
      warning, file.native() + " can be read by others (mode 0640): chmod 600 " + file.native());
  ASSERT_EQ(::chmod(file.c_str(), 0600), 0);
  EXPECT_EQ(warning_about({.file = "~/token"}, home.path()), std::nullopt);
  EXPECT_EQ(warning_about({.file = "~/absent"}, home.path()), std::nullopt);
}

TEST(Source, WarnsOfAFileThatOthersCanWrite) {
  const Directory home;
  const auto file = home.path() / "token";
  ASSERT_TRUE(base::write_file(file, "hush", 0600));
  const auto warned = [&](mode_t mode) {
    EXPECT_EQ(::chmod(file.c_str(), mode), 0);
    return warning_about({.file = "~/token"}, home.path()).value_or("nothing");
  };
  EXPECT_EQ(
      warned(0620),
      file.native() + " can be written by others (mode 0620): chmod 600 " + file.native());
  EXPECT_EQ(
      warned(0602),
      file.native() + " can be written by others (mode 0602): chmod 600 " + file.native());
  EXPECT_EQ(
      warned(0666),
      file.native() + " can be read and written by others (mode 0666): chmod 600 " + file.native());
  EXPECT_EQ(warned(0711), "nothing");
}

TEST(Source, WarnsOfAFileThatOthersCanReplace) {
  const Directory home;
  const auto file = home.path() / "token";
  ASSERT_TRUE(base::write_file(file, "hush", 0600));
  const auto warned = [&](mode_t mode) {
    EXPECT_EQ(::chmod(home.path().c_str(), mode), 0);
    return warning_about({.file = "~/token"}, home.path()).value_or("nothing");
  };
  EXPECT_EQ(
      warned(0777), file.native() +
                        " can be replaced by others, who may write its directory: chmod go-w " +
                        home.path().native());
  EXPECT_EQ(warned(01777), "nothing");
  EXPECT_EQ(warned(0755), "nothing");
}

TEST(Source, WarnsOfTheDirectoryThatALinkLeadsTo) {
  const Directory home;
  const Directory elsewhere;
  ASSERT_TRUE(base::write_file(elsewhere.path() / "token", "hush", 0600));
  std::filesystem::create_symlink(elsewhere.path() / "token", home.path() / "token");
  ASSERT_EQ(::chmod(elsewhere.path().c_str(), 0777), 0);
  const auto warning = warning_about({.file = "~/token"}, home.path()).value_or("nothing");
  EXPECT_TRUE(warning.ends_with("chmod go-w " + elsewhere.path().native())) << warning;
}

TEST(Source, WarnsOfAFileOfAnotherUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  const Directory home;
  const auto file = home.path() / "token";
  ASSERT_TRUE(base::write_file(file, "hush", 0600));
  ASSERT_EQ(::chown(file.c_str(), 12345, 12345), 0);
  EXPECT_EQ(
      warning_about({.file = "~/token"}, home.path()),
      file.native() + " belongs to another user, who can change it: use a copy");
}

TEST(Command, GivesWhatItPrints) {
  EXPECT_EQ(revealed({.command = "printf ' x\\n\\n'"}), "x");
  EXPECT_EQ(printed("echo \"$TOKEN\"", {{"TOKEN", "t"}}), "t\n");
}

TEST(Command, SeesOnlyTheGivenEnvironmentAndNoInput) {
  EXPECT_EQ(printed("echo ${HOME-none}; cat"), "none\n");
}

TEST(Command, ThatFailsIsAnErrorWithoutItsText) {
  EXPECT_EQ(
      printed("echo secret; echo secret >&2; exit 3"),
      "error: the command of a source ended with status 3");
  EXPECT_EQ(
      printed("echo secret; kill -9 $$"), "error: the command of a source was ended by a signal");
  EXPECT_EQ(
      printed("/nonexistent/program"), "error: the command of a source ended with status 127");
}

TEST(Command, ThatIsLateIsKilledWithWhatItStarted) {
  const Directory directory;
  const auto proof = (directory.path() / "proof").native();
  const auto start = std::chrono::steady_clock::now();
  const auto output = output_of(
      Command::shell("(sleep 1; echo late > " + proof + ") & sleep 60"),
      {{"PATH", "/usr/bin:/bin"}}, 200ms);
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().kind, base::ErrorKind::timeout);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 10s);
  ::usleep(1'200'000);
  EXPECT_FALSE(std::filesystem::exists(proof));
}

TEST(Command, ThatClosesItsOutputStillHasADeadline) {
  const auto output =
      output_of(Command::shell("exec >&-; sleep 60"), {{"PATH", "/usr/bin:/bin"}}, 200ms);
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().kind, base::ErrorKind::timeout);
}

TEST(Command, IsNotWaitedForByWhatItLeavesRunning) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(
      printed("sleep 40 & echo tok-1234567890", {{"PATH", "/usr/bin:/bin"}}), "tok-1234567890\n");
  EXPECT_LT(std::chrono::steady_clock::now() - start, 4s);
}

TEST(Command, IsHeardToItsEndWhenItLeavesSomethingRunning) {
  const auto text = printed(
      "sleep 40 & i=0; while [ $i -lt 1000 ]; do echo 0123456789012345678901234567890; "
      "i=$((i+1)); done",
      {{"PATH", "/usr/bin:/bin"}});
  EXPECT_EQ(text.size(), 32'000U) << text.substr(0, 200);
}

TEST(Command, ThatFailsIsAnErrorWhateverItLeavesRunning) {
  EXPECT_EQ(
      printed("sleep 40 & exit 3", {{"PATH", "/usr/bin:/bin"}}),
      "error: the command of a source ended with status 3");
}

TEST(Command, IsOverWithWhatHoldsItsOutput) {
  const Directory directory;
  const auto proof = (directory.path() / "proof").native();
  EXPECT_EQ(
      printed("(sleep 1; echo late > " + proof + ") & echo x", {{"PATH", "/usr/bin:/bin"}}), "x\n");
  ::usleep(1'200'000);
  EXPECT_FALSE(std::filesystem::exists(proof));
}

TEST(Command, MayNotPrintWithoutEndThroughWhatItLeavesRunning) {
  EXPECT_EQ(
      printed("(while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done) & exit 0"),
      "error: the command of a source prints more than 64 KiB");
}

TEST(Command, MayNotPrintWithoutEnd) {
  EXPECT_EQ(
      printed("while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done"),
      "error: the command of a source prints more than 64 KiB");
}

}  // namespace
}  // namespace secrets
