// SPDX-License-Identifier: Apache-2.0
#include "config/load.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/file.h"
#include "config/reader.h"

namespace {

using namespace config;

class Person : public Asker {
public:
  explicit Person(bool says_yes) : says_yes_(says_yes) {}
  bool trusts(const TrustQuestion& question) override {
    asked.push_back(question);
    return says_yes_;
  }
  std::vector<TrustQuestion> asked;

private:
  bool says_yes_;
};

class Load : public testing::Test {
protected:
  Load() {
    EXPECT_NE(::mkdtemp(directory_.data()), nullptr);
    request.places = *places_of({{"HOME", directory_}});
    request.project = path("work/app");
    EXPECT_TRUE(base::make_directories(request.project));
    EXPECT_TRUE(base::make_directories(request.places.config));
  }
  ~Load() override { std::filesystem::remove_all(directory_); }

  std::filesystem::path path(std::string_view name) const {
    return std::filesystem::path(directory_) / name;
  }
  void user(std::string_view text) {
    EXPECT_TRUE(base::write_file(request.places.user_file(), text));
  }
  void project(std::string_view text) {
    EXPECT_TRUE(base::write_file(request.project / ".lazaret.toml", text));
  }
  void given(std::string_view text) {
    request.file = path("given.toml");
    EXPECT_TRUE(base::write_file(*request.file, text));
  }
  static std::string mistakes(const Loaded& loaded) {
    std::string all;
    for (const auto& problem : loaded.problems)
      all += problem.to_string() + "\n";
    return all;
  }
  std::string profile() {
    return Reader(load(request).effective).text("proxy.filter.profile").value_or("none");
  }

  LoadRequest request;

private:
  std::string directory_ = std::filesystem::canonical(testing::TempDir()) / "load-XXXXXX";
};

TEST_F(Load, WorksWithoutAnyFile) {
  const auto loaded = load(request);
  EXPECT_TRUE(loaded.config) << mistakes(loaded);
  EXPECT_TRUE(loaded.files.empty());
}

TEST_F(Load, LetsEachLayerOverrideTheOneBelow) {
  user(
      "[proxy]\nport = 1\nmax_log_body_bytes = 7\n[[include]]\nif = \"dir:~/work/**\"\npath = "
      "\"work.toml\"");
  EXPECT_TRUE(base::write_file(request.places.config / "work.toml", "proxy.port = 2"));
  EXPECT_EQ(load(request).config->proxy.port, 2);
  project("proxy.port = 3");
  Person person(true);
  request.asker = &person;
  EXPECT_EQ(load(request).config->proxy.port, 3);
  request.command_line.proxy_port = 4;
  EXPECT_EQ(load(request).config->proxy.port, 4);
  request.command_line.set = {"proxy.port=5"};
  const auto loaded = load(request);
  EXPECT_EQ(loaded.config->proxy.port, 5);
  EXPECT_EQ(loaded.config->proxy.max_log_body_bytes, 7U);
  EXPECT_EQ(loaded.files.size(), 3U);
}

TEST_F(Load, ReportsTheMistakesOfAllLayersAtOnce) {
  user("prot = 1\n[[proxy.filter.rules]]\naction = \"allow\"\nhost = \"(\"");
  request.command_line.set = {"proxy.port=\"x\""};
  const auto loaded = load(request);
  EXPECT_FALSE(loaded.config);
  EXPECT_EQ(loaded.problems.size(), 3U) << mistakes(loaded);
}

TEST_F(Load, NeedsAFileThatWasAskedFor) {
  request.file = path("missing.toml");
  EXPECT_FALSE(load(request).config);
}

TEST_F(Load, SkipsAnIncludeThatIsNotThereWithAWarning) {
  user("[[include]]\nif = \"dir:~/work/**\"\npath = \"~/none.toml\"");
  const auto loaded = load(request);
  EXPECT_TRUE(loaded.config);
  EXPECT_EQ(loaded.warnings.size(), 1U);
}

TEST_F(Load, MatchesIncludesThroughASymlinkedHome) {
  std::filesystem::create_directory_symlink(path("."), path("link"));
  request.places.home = path("link");
  user("[[include]]\nif = \"dir:~/work/**\"\npath = \"work.toml\"");
  EXPECT_TRUE(base::write_file(request.places.config / "work.toml", "proxy.port = 2"));
  EXPECT_EQ(load(request).config->proxy.port, 2);
}

TEST_F(Load, SkipsAnUntrustedProjectFileWhenNobodyCanBeAsked) {
  project("proxy.port = 3");
  const auto loaded = load(request);
  EXPECT_EQ(loaded.config->proxy.port, 8080);
  ASSERT_EQ(loaded.warnings.size(), 1U);
  EXPECT_NE(loaded.warnings[0].find("not trusted"), std::string::npos);
}

TEST_F(Load, AsksOnceAndAgainWhenTheFileChanged) {
  project("proxy.port = 3");
  Person person(true);
  request.asker = &person;
  load(request);
  load(request);
  EXPECT_EQ(person.asked.size(), 1U);
  project("proxy.port = 4");
  EXPECT_EQ(load(request).config->proxy.port, 4);
  ASSERT_EQ(person.asked.size(), 2U);
  EXPECT_EQ(person.asked[1].old_text, "proxy.port = 3");
}

TEST_F(Load, GoesOnWithoutAProjectFileThatWasRefused) {
  project("proxy.port = 3");
  Person person(false);
  request.asker = &person;
  EXPECT_EQ(load(request).config->proxy.port, 8080);
  EXPECT_EQ(load(request).config->proxy.port, 8080);
  EXPECT_EQ(person.asked.size(), 2U);
}

TEST_F(Load, IgnoresTheProjectFileWhenTold) {
  project("proxy.port = 3");
  Person person(true);
  request.asker = &person;
  request.use_project_file = false;
  EXPECT_EQ(load(request).config->proxy.port, 8080);
  EXPECT_TRUE(person.asked.empty());
}

TEST_F(Load, DoesNotLetAProjectWeakenItsUser) {
  user(
      "[proxy]\nmax_log_body_bytes = 100\n[proxy.filter]\nprofile = "
      "\"locked-down\"\n[proxy.redaction]\n"
      "default_action = \"block\"");
  const std::string_view table[] = {
      "[sandbox]\nhide_env_files = false",
      "[proxy.redaction]\ndefault_action = \"log\"",
      "[proxy.redaction]\ndetectors = [\"-jwt\"]",
      "[proxy.filter]\nprofile = \"open\"",
      "[proxy.filter]\ndefault_action = \"allow\"",
      "[proxy]\nmax_log_body_bytes = 101",
      "[proxy]\nmax_log_body_bytes = 0",
      "[sandbox.environment.A]\ncommand = \"id\"",
      "[proxy.credentials.a.source]\ncommand = \"id\"",
      "[[proxy.filter.rules]]\naction = \"allow\"\nhost = \"a.test\"\nscrub = \"headers\"",
      "[[include]]\nif = \"dir:/**\"\npath = \"x\"",
  };
  Person person(true);
  request.asker = &person;
  for (const auto text : table) {
    project(text);
    const auto loaded = load(request);
    EXPECT_FALSE(loaded.config) << text;
    EXPECT_NE(mistakes(loaded).find(".lazaret.toml:"), std::string::npos) << text;
    EXPECT_NE(mistakes(loaded).find("a project file may not"), std::string::npos)
        << mistakes(loaded);
  }
}

TEST_F(Load, KeepsTheFloorAboveTheProjectAndTheCommandLine) {
  user("[[proxy.filter.floor]]\nhost = \"a.test\"");
  project("proxy.filter.floor = []\n[[proxy.filter.rules]]\nhost = \"a.test\"\naction = \"allow\"");
  Person person(true);
  request.asker = &person;
  request.command_line.allow_domains = {"a.test"};
  const auto loaded = load(request);
  ASSERT_TRUE(loaded.config) << mistakes(loaded);
  const auto decision = policy::decide(loaded.config->policy, {"GET", "https", "a.test", 443, "/"});
  EXPECT_EQ(decision.action, policy::Action::block);
}

TEST_F(Load, TakesTheBalancedProfileWhenNothingWasSaid) {
  EXPECT_EQ(profile(), "balanced");
  user("[[proxy.filter.rules]]\npattern = \"a.test\"\naction = \"allow\"");
  EXPECT_EQ(profile(), "balanced");
}

TEST_F(Load, HasNoProfileBesideADefaultAction) {
  user("[proxy.filter]\ndefault_action = \"block\"");
  EXPECT_EQ(profile(), "none");
  request.command_line.profile = "balanced";
  EXPECT_EQ(profile(), "balanced");
}

TEST_F(Load, ReadsADevsandboxFileWithoutDefaultActionAsOpenAndSaysSo) {
  given("[[proxy.filter.rules]]\npattern = \"a.test\"\naction = \"block\"");
  EXPECT_EQ(profile(), "open");
  EXPECT_EQ(load(request).warnings.size(), 1U);
}

TEST_F(Load, DoesNotTakeAFileWithKeysOfItsOwnForADevsandboxFile) {
  given("[[proxy.filter.rules]]\nhost = \"a.test\"\naction = \"block\"");
  EXPECT_EQ(profile(), "balanced");
  given("[proxy]\nport = 1");
  EXPECT_EQ(profile(), "balanced");
}

TEST_F(Load, AcceptsADevsandboxFileWhereNothingIsLost) {
  given(R"(
[sandbox]
isolation = "auto"
use_embedded = true
[sandbox.docker]
keep_container = true
[sandbox.docker.resources]
memory = "4g"
[proxy]
enabled = true
port = 8080
[proxy.filter]
default_action = "block"
ask_timeout = 30
cache_decisions = true
[proxy.credentials.github]
enabled = true
[proxy.redaction]
enabled = false
default_action = "block"
[overlay]
default = "split"
[tools.git]
mode = "readonly"
[tools.mise]
[tools.portal]
notifications = true
[port_forwarding]
enabled = false
[[port_forwarding.rules]]
name = "web"
direction = "inbound"
host_port = 3000
sandbox_port = 3000
[[sandbox.mounts.rules]]
pattern = "**/credentials/**"
mode = "hidden"
[logging.attributes]
team = "a"
)");
  const auto loaded = load(request);
  EXPECT_TRUE(loaded.config) << mistakes(loaded);
  EXPECT_TRUE(loaded.warnings.empty());
}

TEST_F(Load, WarnsOfCredentialsThatCannotBeInjected) {
  user("proxy.mitm = false\n[proxy.credentials.github]\nenabled = true");
  EXPECT_EQ(load(request).warnings.size(), 1U);
}

TEST_F(Load, ChecksOneFileInTheOrderOfItsLines) {
  given(
      "[[proxy.filter.rules]]\naction = \"allow\"\nhost = \"(\"\n[proxy]\nprot = "
      "1\n[[include]]\nif = \"x\"\npath = \"y\"");
  std::vector<int> lines;
  for (const auto& problem : check_file(*request.file, "/h"))
    lines.push_back(problem.origin.line);
  EXPECT_EQ(lines, (std::vector{3, 5, 6}));
}

TEST_F(Load, TellsAProjectFileThatChangedFromOneThatWasNeverTrusted) {
  Person person(true);
  request.asker = &person;
  project("proxy.port = 3");
  load(request);
  request.asker = nullptr;
  project("proxy.port = 4");
  const auto loaded = load(request);
  ASSERT_EQ(loaded.warnings.size(), 1U);
  EXPECT_NE(loaded.warnings[0].find("changed since it was trusted, skipped"), std::string::npos);
}

TEST_F(Load, LooksIntoTheFilesOfCertificatesWhenAskedTo) {
  given("[upstream]\nca_files = [\"none.pem\", \"empty.pem\"]\n");
  EXPECT_TRUE(base::write_file(path("empty.pem"), "hello\n"));
  EXPECT_TRUE(check_file(*request.file, request.places.home).empty());
  const auto problems = check_file(*request.file, request.places.home, NamedFiles::read);
  ASSERT_EQ(problems.size(), 2U);
  EXPECT_EQ(problems[0].origin.column, 13);
  EXPECT_NE(problems[0].message.find("none.pem"), std::string::npos);
  EXPECT_EQ(problems[1].origin.column, 25);
  EXPECT_NE(problems[1].message.find("no certificate"), std::string::npos);
}

TEST_F(Load, ChecksAProjectFileAsOne) {
  project("sandbox.hide_env_files = false");
  EXPECT_EQ(check_file(request.project / ".lazaret.toml", "/h").size(), 1U);
}

}  // namespace
