// SPDX-License-Identifier: Apache-2.0
#include "config/trust.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>

#include "base/file.h"
#include "config/diff.h"

namespace {

using namespace config;

class Trust : public testing::Test {
protected:
  Trust() { EXPECT_NE(::mkdtemp(directory_.data()), nullptr); }
  ~Trust() override { std::filesystem::remove_all(directory_); }

  std::filesystem::path file() const {
    return std::filesystem::path(directory_) / "d" / "trusted.json";
  }

private:
  std::string directory_ = testing::TempDir() + "trust-XXXXXX";
};

TEST_F(Trust, HoldsForTheExactTextOnly) {
  TrustStore store(file());
  ASSERT_TRUE(store.trust("/p/.lazaret.toml", "a = 1\n", base::now()));
  const auto entry = *store.find("/p/.lazaret.toml");
  EXPECT_TRUE(is_trusted(entry, "a = 1\n"));
  EXPECT_FALSE(is_trusted(entry, "a = 2\n"));
  EXPECT_FALSE(is_trusted(*store.find("/q/.lazaret.toml"), "a = 1\n"));
}

TEST_F(Trust, OutlivesTheProcess) {
  ASSERT_TRUE(TrustStore(file()).trust("/p", "text \"quoted\" \xE2\x80\xA8\n", base::now()));
  EXPECT_EQ((*TrustStore(file()).find("/p"))->text, "text \"quoted\" \xE2\x80\xA8\n");
}

TEST_F(Trust, IsTakenBack) {
  TrustStore store(file());
  ASSERT_TRUE(store.trust("/p", "x", base::now()));
  EXPECT_TRUE(*store.distrust("/p"));
  EXPECT_FALSE(*store.distrust("/p"));
  EXPECT_TRUE(store.list()->empty());
}

TEST_F(Trust, KeepsItsStorePrivate) {
  ASSERT_TRUE(TrustStore(file()).trust("/p", "x", base::now()));
  struct stat status{};
  ASSERT_EQ(::stat(file().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(Trust, RefusesADamagedStore) {
  ASSERT_TRUE(base::make_directories(file().parent_path()));
  ASSERT_TRUE(base::write_file(file(), "[{]"));
  EXPECT_FALSE(TrustStore(file()).list());
}

TEST_F(Trust, AsksWithTheWholeEscapedFileAndTheChange) {
  const TrustQuestion question{"/p/.lazaret.toml", "a = 1\nb = \"\x1b[2J\"\n", "a = 1\n"};
  EXPECT_EQ(
      to_text(question),
      "Changed since you trusted it: /p/.lazaret.toml\n\n"
      "  a = 1\n  b = \"\\x1b[2J\"\n"
      "\nWhat changed:\n\n"
      "  a = 1\n+ b = \"\\x1b[2J\"\n");
}

TEST(Diff, MarksWhatCameAndWent) {
  EXPECT_EQ(diff_lines("a\nb\nc\n", "a\nx\nc\nd\n"), "  a\n- b\n+ x\n  c\n+ d\n");
  EXPECT_EQ(diff_lines("", ""), "");
}

}  // namespace
