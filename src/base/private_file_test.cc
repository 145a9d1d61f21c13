// SPDX-License-Identifier: Apache-2.0
#include "base/private_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <string>

#include "base/file.h"

namespace base {
namespace {

namespace fs = std::filesystem;

class PrivateFile : public testing::Test {
protected:
  PrivateFile() {
    std::string name = fs::temp_directory_path() / "lazaret-base-XXXXXX";
    directory_ = ::mkdtemp(name.data());
    file_ = directory_ / "key";
  }
  ~PrivateFile() override {
    std::error_code ignored;
    fs::remove_all(directory_, ignored);
  }

  fs::path directory_;
  fs::path file_;
};

TEST_F(PrivateFile, IsReadAsItWasWritten) {
  const std::string text = std::string("a\0b\n", 4) + std::string(20'000, 'x');
  ASSERT_TRUE(write_file(file_, text, 0600));
  const auto read = read_private_file(file_, 1 << 20);
  ASSERT_TRUE(read && *read);
  EXPECT_TRUE((*read)->equals(text));
}

TEST_F(PrivateFile, ThatIsNotThereIsNothing) {
  const auto read = read_private_file(file_, 100);
  ASSERT_TRUE(read);
  EXPECT_FALSE(read->has_value());
}

TEST_F(PrivateFile, ThatOthersCanReadIsRefused) {
  ASSERT_TRUE(write_file(file_, "key", 0640));
  const auto read = read_private_file(file_, 100);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, ErrorKind::denied);
  EXPECT_EQ(read.error().hint, "chmod 600 " + file_.native());
}

TEST_F(PrivateFile, ThatIsTooLargeIsRefused) {
  ASSERT_TRUE(write_file(file_, "12345", 0600));
  EXPECT_TRUE(read_private_file(file_, 5));
  const auto read = read_private_file(file_, 4);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, ErrorKind::invalid);
}

TEST_F(PrivateFile, IsLockedAsLongAsTheLockLives) {
  const auto is_locked = [&] {
    const Fd other(::open((file_.native() + ".lock").c_str(), O_RDWR | O_CLOEXEC));
    return ::flock(other.get(), LOCK_EX | LOCK_NB) != 0;
  };
  auto held = lock_beside(file_);
  ASSERT_TRUE(held);
  EXPECT_TRUE(is_locked());
  *held = Fd();
  EXPECT_FALSE(is_locked());
}

}  // namespace
}  // namespace base
