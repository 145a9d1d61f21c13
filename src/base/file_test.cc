// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"

namespace base {
namespace {

namespace fs = std::filesystem;

/// In a directory that goes away, with the usual umask.
class File : public testing::Test {
protected:
  File() : umask_before_(::umask(022)) {
    std::string name = fs::temp_directory_path() / "lazaret-base-XXXXXX";
    directory_ = ::mkdtemp(name.data());
  }
  ~File() override {
    ::umask(umask_before_);
    std::error_code ignored;
    fs::remove_all(directory_, ignored);
  }

  std::size_t entries() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(directory_), fs::directory_iterator()));
  }
  static mode_t mode_of(const fs::path& path) {
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777U : 0;
  }

  fs::path directory_;

private:
  mode_t umask_before_;
};

ErrorKind kind_of(const auto& result) { return result.error().kind; }

TEST_F(File, IsReadAsItWasWritten) {
  const std::string text = std::string("a\0b\n", 4) + std::string(200'000, 'x');
  ASSERT_TRUE(write_file(directory_ / "file", text));
  EXPECT_EQ(*read_file(directory_ / "file"), text);
}

TEST_F(File, MayBeEmpty) {
  ASSERT_TRUE(write_file(directory_ / "file", ""));
  EXPECT_EQ(*read_file(directory_ / "file"), "");
}

TEST_F(File, IsReadUpToTheLimitOnly) {
  ASSERT_TRUE(write_file(directory_ / "file", "12345"));
  EXPECT_EQ(*read_file(directory_ / "file", 5), "12345");
  EXPECT_EQ(kind_of(read_file(directory_ / "file", 4)), ErrorKind::invalid);
}

TEST_F(File, WithoutAnEndIsRefusedAtTheLimit) {
  EXPECT_EQ(kind_of(read_file("/dev/zero", 100)), ErrorKind::invalid);
}

TEST_F(File, ThatIsMissingIsNotFound) {
  const auto read = read_file(directory_ / "missing");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, ErrorKind::not_found);
  EXPECT_TRUE(read.error().message.contains("missing")) << read.error().message;
}

TEST_F(File, ThatIsADirectoryCannotBeRead) { EXPECT_FALSE(read_file(directory_)); }

TEST_F(File, GetsTheModeAskedForWhateverTheUmask) {
  ::umask(077);
  ASSERT_TRUE(write_file(directory_ / "open", "", 0664));
  ASSERT_TRUE(write_file(directory_ / "private", "", 0600));
  EXPECT_EQ(mode_of(directory_ / "open"), 0664U);
  EXPECT_EQ(mode_of(directory_ / "private"), 0600U);
}

TEST_F(File, IsReplacedAtomically) {
  ASSERT_TRUE(write_file(directory_ / "file", "old"));
  const Fd reader(::open((directory_ / "file").c_str(), O_RDONLY | O_CLOEXEC));
  ASSERT_TRUE(write_file(directory_ / "file", "new text"));
  char old[8] = {};
  EXPECT_EQ(::read(reader.get(), old, sizeof old), 3);
  EXPECT_STREQ(old, "old");
  EXPECT_EQ(*read_file(directory_ / "file"), "new text");
}

TEST_F(File, TakesThePlaceOfASymbolicLinkAndSparesItsTarget) {
  ASSERT_TRUE(write_file(directory_ / "target", "precious"));
  fs::create_symlink("target", directory_ / "link");
  ASSERT_TRUE(write_file(directory_ / "link", "new"));
  EXPECT_FALSE(fs::is_symlink(directory_ / "link"));
  EXPECT_EQ(*read_file(directory_ / "target"), "precious");
}

TEST_F(File, LeavesNothingElseBehind) {
  ASSERT_TRUE(write_file(directory_ / "file", "text"));
  EXPECT_EQ(entries(), 1U);
}

TEST_F(File, ThatCannotBeReplacedLeavesNothingBehind) {
  fs::create_directory(directory_ / "taken");
  EXPECT_FALSE(write_file(directory_ / "taken", "text"));
  EXPECT_EQ(entries(), 1U);
}

TEST_F(File, IsNotWrittenWhereThereIsNoDirectory) {
  EXPECT_EQ(kind_of(write_file(directory_ / "missing/file", "")), ErrorKind::not_found);
}

TEST_F(File, DirectoriesAreMadeWithTheirParents) {
  ASSERT_TRUE(make_directories(directory_ / "a/b/c"));
  EXPECT_EQ(mode_of(directory_ / "a"), 0700U);
  EXPECT_EQ(mode_of(directory_ / "a/b/c"), 0700U);
}

TEST_F(File, DirectoriesThatExistStayAsTheyAre) {
  ASSERT_EQ(::chmod(directory_.c_str(), 0755), 0);
  ASSERT_TRUE(make_directories(directory_ / "new", 0750));
  ASSERT_TRUE(make_directories(directory_ / "new", 0700));
  EXPECT_EQ(mode_of(directory_), 0755U);
  EXPECT_EQ(mode_of(directory_ / "new"), 0750U);
}

TEST_F(File, DirectoriesMayBeReachedThroughASymbolicLink) {
  fs::create_directory(directory_ / "real");
  fs::create_directory_symlink("real", directory_ / "link");
  ASSERT_TRUE(make_directories(directory_ / "link/sub"));
  EXPECT_TRUE(fs::is_directory(directory_ / "real/sub"));
}

TEST_F(File, DirectoriesAreNotMadeOverAFile) {
  ASSERT_TRUE(write_file(directory_ / "file", ""));
  EXPECT_FALSE(make_directories(directory_ / "file"));
  EXPECT_FALSE(make_directories(directory_ / "file/sub"));
}

TEST(ExpandHome, ReplacesATildeInFront) {
  EXPECT_EQ(expand_home("~", "/home/me"), "/home/me");
  EXPECT_EQ(expand_home("~/.config/x", "/home/me"), "/home/me/.config/x");
}

TEST(ExpandHome, LeavesOtherPathsAlone) {
  for (const char* path : {"", "/~", "a/~", "~other/x", "./~/x", "/etc"})
    EXPECT_EQ(expand_home(path, "/home/me"), path);
}

TEST(Fd, ClosesItself) {
  int number = -1;
  {
    const Fd fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    ASSERT_TRUE(fd);
    number = fd.get();
  }
  EXPECT_EQ(::fcntl(number, F_GETFD), -1);
}

TEST(Fd, MovesWithoutClosing) {
  Fd first(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const int number = first.get();
  Fd second;
  second = std::move(first);
  EXPECT_EQ(second.get(), number);
  EXPECT_NE(::fcntl(number, F_GETFD), -1);
}

TEST(Fd, ClosesWhatItHeldWhenItTakesAnother) {
  Fd fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const int first = fd.get();
  fd = Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(::fcntl(first, F_GETFD), -1);
  EXPECT_NE(::fcntl(fd.get(), F_GETFD), -1);
}

TEST(Fd, GivesItsDescriptorAway) {
  Fd fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const int number = fd.release();
  EXPECT_FALSE(fd);
  EXPECT_EQ(::close(number), 0);
}

}  // namespace
}  // namespace base
