// SPDX-License-Identifier: Apache-2.0
#include "secrets/source.h"

#include <gtest/gtest.h>

#include <chrono>

#include "base/file.h"
#include "secrets/command.h"
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
  const auto output = output_of(command, environment, 5s);
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
      "(sleep 1; echo late > " + proof + ") & sleep 60", {{"PATH", "/usr/bin:/bin"}}, 200ms);
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().kind, base::ErrorKind::timeout);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 10s);
  ::usleep(1'200'000);
  EXPECT_FALSE(std::filesystem::exists(proof));
}

TEST(Command, ThatClosesItsOutputStillHasADeadline) {
  const auto output = output_of("exec >&-; sleep 60", {{"PATH", "/usr/bin:/bin"}}, 200ms);
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().kind, base::ErrorKind::timeout);
}

TEST(Command, MayNotPrintWithoutEnd) {
  EXPECT_EQ(
      printed("while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done"),
      "error: the command of a source prints more than 64 KiB");
}

}  // namespace
}  // namespace secrets
