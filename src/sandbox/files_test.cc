// SPDX-License-Identifier: Apache-2.0
// What is looked for and made on the disk before a sandbox starts.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/file.h"
#include "sandbox/certificate_directory.h"
#include "sandbox/env_files.h"
#include "sandbox/host.h"
#include "sandbox/mount_points.h"
#include "sandbox/mount_rules.h"

namespace sandbox {
namespace {

namespace fs = std::filesystem;

class Files : public testing::Test {
protected:
  void SetUp() override {
    std::string pattern = "/var/tmp/lazaret-test-XXXXXX";
    root_ = fs::canonical(mkdtemp(pattern.data()));
  }
  void TearDown() override { fs::remove_all(root_); }

  void write(const fs::path& path, std::string_view text = "x") {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }

  // As paths below the root.
  std::vector<std::string> names(const std::vector<std::string>& paths) {
    std::vector<std::string> all;
    all.reserve(paths.size());
    for (const auto& path : paths)
      all.push_back(fs::path(path).lexically_relative(root_));
    std::ranges::sort(all);
    return all;
  }

  std::vector<std::string> match(const std::string& pattern) {
    std::vector<MountPattern> patterns = {{.pattern = pattern}};
    auto matched = match_mount_rules(patterns, root_ / "home", root_ / "project");
    std::vector<std::string> paths;
    if (matched)
      for (const auto& rule : matched->rules)
        paths.push_back(rule.path);
    return names(paths);
  }

  fs::path root_;
};

using Names = std::vector<std::string>;

TEST_F(Files, FindsEnvironmentFilesThreeDirectoriesDeep) {
  for (const char* path :
       {".env", ".env.local", "a/b/c/.env", "a/b/c/d/.env", "node_modules/.env", ".git/.env",
        "vendor/x/.env", ".venv/.env", ".envrc", "x.env"})
    write(path);
  fs::create_directory_symlink("a", root_ / "link");
  EXPECT_EQ((Names{".env", ".env.local", "a/b/c/.env"}), names(find_env_files(root_)));
}

TEST_F(Files, MatchesMountPatternsLikePeopleMeanThem) {
  for (const char* path :
       {"home/.config/tool/a", "project/secrets/key", "project/a/secrets/b/key", "project/x.pem",
        "project/a/y.pem"})
    write(path);
  EXPECT_EQ(Names{"home/.config/tool"}, match("~/.config/tool"));
  EXPECT_EQ(Names{"home/.config/tool"}, match("~/.config/tool/**"));
  EXPECT_EQ(Names{"project/x.pem"}, match("*.pem"));
  EXPECT_EQ((Names{"project/a/y.pem", "project/x.pem"}), match("**/*.pem"));
  EXPECT_EQ(
      (Names{"project/a/secrets/b", "project/a/secrets/b/key", "project/secrets/key"}),
      match("**/secrets/**"));
  EXPECT_EQ(Names{"project/secrets"}, match((root_ / "project/secrets").string()));
}

TEST_F(Files, RefusesMountPatternsThatClimbOrMeanEverything) {
  for (const char* pattern : {"../x", "~/../x", "/", "/**", ""}) {
    std::vector<MountPattern> patterns = {{.pattern = pattern}};
    auto matched = match_mount_rules(patterns, root_ / "home", root_ / "project");
    EXPECT_FALSE(matched) << pattern;
  }
}

TEST_F(Files, LetsTheFirstOfTwoMountPatternsCount) {
  write("project/key");
  std::vector<MountPattern> patterns = {
      {.pattern = "key", .mode = Visibility::read_only},
      {.pattern = "*", .mode = Visibility::hidden}};
  auto matched = match_mount_rules(patterns, root_ / "home", root_ / "project");
  ASSERT_EQ(1U, matched->rules.size());
  EXPECT_EQ(Visibility::read_only, matched->rules[0].mode);
}

TEST_F(Files, SaysWhichMountPatternMatchesNothing) {
  std::vector<MountPattern> patterns = {
      {.pattern = "nothing*", .origin = {.file = "c.toml", .line = 3}}};
  auto matched = match_mount_rules(patterns, root_ / "home", root_ / "project");
  EXPECT_EQ(Names{"c.toml:3: the mount pattern \"nothing*\" matches nothing"}, matched->unmatched);
}

TEST_F(Files, MakesMountPointsInTheHome) {
  fs::create_directory(root_ / "home");
  write("tool.conf");
  Plan plan{
      .directory = "/u/src/shop",
      .mounts = {
          {.kind = MountKind::read_write, .destination = "/u", .source = root_ / "home"},
          {.destination = "/u/.tool.conf", .source = root_ / "tool.conf"},
          {.kind = MountKind::read_write, .destination = "/u/src/shop", .source = root_}}};
  ASSERT_TRUE(make_mount_points(plan));
  EXPECT_TRUE(fs::is_directory(root_ / "home/src/shop"));
  EXPECT_TRUE(fs::is_regular_file(root_ / "home/.tool.conf"));
}

TEST_F(Files, MakesNoMountPointThroughALink) {
  fs::create_directory(root_ / "home");
  fs::create_directory(root_ / "victim");
  fs::create_directory_symlink(root_ / "victim", root_ / "home/src");
  Plan plan{
      .directory = "/u/src/shop",
      .mounts = {
          {.kind = MountKind::read_write, .destination = "/u", .source = root_ / "home"},
          {.kind = MountKind::read_write, .destination = "/u/src/shop", .source = root_}}};
  auto made = make_mount_points(plan);
  ASSERT_FALSE(made);
  EXPECT_EQ(base::ErrorKind::denied, made.error().kind);
  EXPECT_TRUE(fs::is_empty(root_ / "victim"));
}

TEST_F(Files, CopiesTheCertificatesOfTheHostAsLinks) {
  write("host/1234abcd.0");
  write("host/ca-certificates.crt");
  const CertificateSources sources{
      .own =
          {{.file = "ours.crt", .certificate = "ours", .subject_hash = "1234abcd"},
           {.file = "more.crt", .certificate = "more", .subject_hash = "5678abcd"}},
      .directory = root_ / "host"};
  auto path = make_certificate_directory(root_ / "ca", sources);
  ASSERT_TRUE(path) << path.error().to_string();
  EXPECT_EQ(
      "/run/lazaret/certificates/1234abcd.0", fs::read_symlink(fs::path(*path) / "1234abcd.0"));
  EXPECT_EQ("ours", *base::read_file(fs::path(*path) / "1234abcd.1"))
      << "a taken hash gets the next number";
  EXPECT_EQ("more", *base::read_file(fs::path(*path) / "5678abcd.0"));
  EXPECT_EQ("oursmore", *base::read_file(fs::path(*path) / bundle_name));
  EXPECT_EQ("oursmore", *base::read_file(fs::path(*path) / own_name));
  EXPECT_EQ(path.value(), *make_certificate_directory(root_ / "ca", sources));
  auto of_another = sources;
  of_another.own[1].certificate = "other";
  EXPECT_NE(path.value(), *make_certificate_directory(root_ / "ca", of_another));
}

TEST_F(Files, PutsTheRootsOfTheHostAndOursIntoOneFile) {
  CertificateSources sources{
      .own = {{.file = "ours.crt", .certificate = "ours\n", .subject_hash = "1234abcd"}},
      .bundle = root_ / "roots.pem",
      .directory = root_ / "host"};
  auto bundle = [&] {
    auto path = make_certificate_directory(root_ / "ca", sources);
    return path ? *base::read_file(fs::path(*path) / "ca-certificates.crt") : "no directory";
  };
  EXPECT_EQ("no directory", bundle()) << "roots that cannot be read are not left out in silence";
  std::ofstream(sources.bundle) << "roots";
  EXPECT_EQ("roots\nours\n", bundle());
  std::ofstream(sources.bundle) << "other roots\n";
  EXPECT_EQ("other roots\nours\n", bundle()) << "it follows the host";
  sources.bundle.clear();
  EXPECT_EQ("ours\n", bundle());
}

TEST_F(Files, MakesCertificatesForAHostWithoutAny) {
  auto path = make_certificate_directory(
      root_ / "ca",
      {.own = {{.file = "ours.crt", .certificate = "ours", .subject_hash = "1234abcd"}},
       .directory = root_ / "host"});
  ASSERT_TRUE(path);
  EXPECT_EQ("ours", *base::read_file(fs::path(*path) / "1234abcd.0"));
}

TEST_F(Files, SeesWhatIsNotPublicAndWhereLinksLead) {
  write("etc/open");
  write("etc/closed");
  write("etc/dir/closed");
  write("etc/private/x");
  fs::permissions(root_ / "etc/closed", fs::perms::owner_read);
  fs::permissions(root_ / "etc/dir/closed", fs::perms::owner_read | fs::perms::group_read);
  fs::permissions(root_ / "etc/private", fs::perms::owner_all);
  fs::create_symlink("../run/resolve/stub", root_ / "etc/resolv.conf");
  fs::create_directory(root_ / "usr");
  fs::create_symlink("usr/bin", root_ / "bin");
  auto facts = survey_host(root_);
  Names not_public;
  for (const auto& entry : facts.not_public)
    not_public.push_back(entry.name);
  std::ranges::sort(not_public);
  EXPECT_EQ((Names{"/etc/closed", "/etc/dir/closed", "/etc/private"}), not_public);
  EXPECT_EQ("/run/resolve/stub", facts.real("/etc/resolv.conf"));
  auto named = [&](std::string_view name) {
    return *std::ranges::find(facts.etc, name, &Entry::name);
  };
  EXPECT_TRUE(named("dir").is_directory);
  EXPECT_FALSE(named("open").is_directory);
  EXPECT_EQ("../run/resolve/stub", named("resolv.conf").target);
  ASSERT_EQ(2U, facts.roots.size());
  EXPECT_EQ("usr/bin", facts.roots[1].target);
}

}  // namespace
}  // namespace sandbox
