// SPDX-License-Identifier: Apache-2.0
#include "secrets/source_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "base/encoding.h"

namespace secrets {
namespace {

namespace fs = std::filesystem;

/// A project that the program can write, beside a file that it cannot see.
class SourceFile : public testing::Test {
protected:
  SourceFile() {
    fs::create_directories(shared_[0] / "config");
    std::ofstream(base_ / "hidden") << "of the host";
    std::ofstream(shared_[0] / "config/key") << "value";
  }
  ~SourceFile() override { fs::remove_all(base_); }

  std::string read(const fs::path& file) const {
    auto text = read_source_file(file, shared_, 100);
    return text ? *text : "! " + text.error().message;
  }

  fs::path base_ =
      fs::canonical(fs::temp_directory_path()) / ("source-" + base::to_hex(base::random_bytes(8)));
  std::vector<fs::path> shared_{base_ / "project"};
};

TEST_F(SourceFile, IsReadWhereItStands) { EXPECT_EQ(read(shared_[0] / "config/key"), "value"); }

TEST_F(SourceFile, MayStandBehindALinkOfTheHost) {
  fs::create_symlink(shared_[0] / "config", base_ / "link");
  EXPECT_EQ(read(base_ / "link/key"), "value");
  EXPECT_EQ(read(base_ / "project/../link/./key"), "value");
}

TEST_F(SourceFile, IsNotReadThroughALinkThatTheProgramMayHaveMade) {
  fs::create_symlink(base_ / "hidden", shared_[0] / "link");
  EXPECT_TRUE(read(shared_[0] / "link").contains("is a link"));
  fs::rename(shared_[0] / "config", shared_[0] / "moved");
  fs::create_symlink(base_, shared_[0] / "config");
  EXPECT_TRUE(read(shared_[0] / "config/hidden").contains("is a link"));
  fs::create_symlink(shared_[0] / "config/hidden", base_ / "into");
  EXPECT_TRUE(read(base_ / "into").contains("is a link"));
}

TEST_F(SourceFile, IsNotWaitedFor) {
  ASSERT_EQ(::mkfifo((shared_[0] / "fifo").c_str(), 0600), 0);
  EXPECT_TRUE(read(shared_[0] / "fifo").contains("no regular file"));
  EXPECT_TRUE(read("/dev/zero").contains("no regular file"));
}

TEST_F(SourceFile, HasALimit) {
  std::ofstream(base_ / "long") << std::string(101, 'x');
  EXPECT_TRUE(read(base_ / "long").contains("larger than 100 bytes"));
}

}  // namespace
}  // namespace secrets
