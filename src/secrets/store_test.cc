// SPDX-License-Identifier: Apache-2.0
#include "secrets/store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <thread>

#include "base/file.h"
#include "secrets/test_support.h"

namespace secrets {
namespace {

using base::ErrorKind;
using base::Secret;
using Place = Store::Place;

/// Without a session of D-Bus: values go to the sealed file.
class StoreInAFile : public ::testing::Test {
protected:
  std::string found(std::string_view name) const {
    const auto value = store_.find(name);
    if (!value) return "error: " + value.error().message;
    return *value ? std::string((*value)->reveal()) : "nothing";
  }

  std::filesystem::path directory() const { return home_.path() / ".local/share/lazaret/secrets"; }
  std::filesystem::path sealed() const { return directory() / "sealed"; }
  std::filesystem::path key() const { return directory() / "key"; }

  static mode_t mode_of(const std::filesystem::path& path) {
    struct stat found{};
    return ::stat(path.c_str(), &found) == 0 ? found.st_mode & 0777U : 0;
  }

  test::Directory home_;
  Environment environment_;
  Store store_ = Store::of(environment_, home_.path());
};

TEST_F(StoreInAFile, FindsWhatWasSet) {
  ASSERT_EQ(store_.set("npm", Secret("first"), std::nullopt), Place::file);
  ASSERT_EQ(store_.set("pypi", Secret("second"), Place::file), Place::file);
  EXPECT_EQ(found("npm"), "first");
  EXPECT_EQ(found("pypi"), "second");
  EXPECT_EQ(found("other"), "nothing");
}

TEST_F(StoreInAFile, KeepsAnyBytes) {
  const std::string value("a\0b\n\xFF c", 7);
  ASSERT_TRUE(store_.set("odd", Secret(value), std::nullopt));
  EXPECT_EQ(found("odd"), value);
}

TEST_F(StoreInAFile, ReplacesAValue) {
  ASSERT_TRUE(store_.set("npm", Secret("old"), std::nullopt));
  ASSERT_TRUE(store_.set("npm", Secret("new"), std::nullopt));
  EXPECT_EQ(found("npm"), "new");
  EXPECT_EQ(store_.list()->secrets.size(), 1U);
}

TEST_F(StoreInAFile, HasNothingAtFirst) {
  EXPECT_EQ(found("npm"), "nothing");
  EXPECT_TRUE(store_.list()->secrets.empty());
  EXPECT_EQ(store_.remove("npm"), false);
  EXPECT_FALSE(std::filesystem::exists(directory()));
}

TEST_F(StoreInAFile, ForgetsWhatIsRemoved) {
  ASSERT_TRUE(store_.set("npm", Secret("x"), std::nullopt));
  EXPECT_EQ(store_.remove("npm"), true);
  EXPECT_EQ(found("npm"), "nothing");
}

TEST_F(StoreInAFile, ListsNamesInOrder) {
  for (const auto name : {"b", "c", "a"})
    ASSERT_TRUE(store_.set(name, Secret("x"), std::nullopt));
  std::string names;
  for (const auto& each : store_.list()->secrets)
    names += each.name + " in " + std::string(name_of(each.place)) + " ";
  EXPECT_EQ(names, "a in file b in file c in file ");
}

TEST_F(StoreInAFile, RefusesANameThatIsNone) {
  for (const auto name : {"", "a b", "a/b", "a\nb"})
    EXPECT_EQ(store_.set(name, Secret("x"), Place::file).error().kind, ErrorKind::invalid) << name;
}

TEST_F(StoreInAFile, SaysThatThereIsNoKeyring) {
  EXPECT_EQ(
      store_.set("npm", Secret("x"), Place::keyring).error().message,
      "there is no desktop keyring: there is no session of D-Bus");
}

TEST_F(StoreInAFile, IsReadByTheUserAlone) {
  ASSERT_TRUE(store_.set("npm", Secret("x"), std::nullopt));
  EXPECT_EQ(mode_of(directory()), 0700U);
  EXPECT_EQ(mode_of(sealed()), 0600U);
  EXPECT_EQ(mode_of(key()), 0600U);
}

TEST_F(StoreInAFile, HoldsNeitherNameNorValueInPlain) {
  ASSERT_TRUE(store_.set("npm", Secret("hush-hush-hush"), std::nullopt));
  const auto bytes = base::read_file(sealed()).value();
  EXPECT_TRUE(bytes.starts_with("lazaret-secrets 1\n"));
  for (const auto word : {"npm", "hush", "aHVzaC1odXNo"})
    EXPECT_FALSE(bytes.contains(word)) << word;
}

TEST_F(StoreInAFile, IsSealedAnewEachTime) {
  ASSERT_TRUE(store_.set("npm", Secret("x"), std::nullopt));
  const auto first = base::read_file(sealed()).value();
  ASSERT_TRUE(store_.set("npm", Secret("x"), std::nullopt));
  const auto second = base::read_file(sealed()).value();
  EXPECT_NE(first.substr(18, 24), second.substr(18, 24));
}

TEST_F(StoreInAFile, KnowsWhenAByteWasChanged) {
  ASSERT_TRUE(store_.set("npm", Secret("x"), std::nullopt));
  const auto good = base::read_file(sealed()).value();
  for (std::size_t at = 0; at < good.size(); ++at) {
    auto bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    ASSERT_TRUE(base::write_file(sealed(), bad, 0600));
    ASSERT_EQ(store_.find("npm").error().kind, ErrorKind::invalid) << at;
  }
  ASSERT_TRUE(base::write_file(sealed(), good.substr(0, 20), 0600));
  EXPECT_EQ(store_.find("npm").error().kind, ErrorKind::invalid);
}

TEST_F(StoreInAFile, DoesNotOpenWithAnotherKey) {
  ASSERT_TRUE(store_.set("npm", Secret("x"), std::nullopt));
  ASSERT_TRUE(base::write_file(key(), std::string(32, 'k'), 0600));
  EXPECT_EQ(
      found("npm"), "error: " + sealed().native() + " cannot be opened with " + key().native());
  ASSERT_TRUE(base::write_file(key(), "short", 0600));
  EXPECT_EQ(found("npm"), "error: " + key().native() + " is not a key of lazaret");
  std::filesystem::remove(key());
  EXPECT_TRUE(found("npm").starts_with("error: "));
}

TEST_F(StoreInAFile, RefusesFilesThatOthersCanRead) {
  ASSERT_TRUE(store_.set("npm", Secret("x"), std::nullopt));
  ASSERT_EQ(::chmod(key().c_str(), 0644), 0);
  EXPECT_EQ(store_.find("npm").error().kind, ErrorKind::denied);
  ASSERT_EQ(::chmod(key().c_str(), 0600), 0);
  ASSERT_EQ(::chmod(sealed().c_str(), 0640), 0);
  EXPECT_EQ(store_.find("npm").error().kind, ErrorKind::denied);
}

TEST_F(StoreInAFile, KeepsWhatTwoSetAtOnce) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back(
        [&, i] { EXPECT_TRUE(store_.set("name" + std::to_string(i), Secret("x"), std::nullopt)); });
  }
  threads.clear();
  EXPECT_EQ(store_.list()->secrets.size(), 8U);
}

}  // namespace
}  // namespace secrets
