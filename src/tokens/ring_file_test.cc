// SPDX-License-Identifier: Apache-2.0
#include "tokens/ring_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "base/encoding.h"
#include "base/file.h"
#include "tokens/test_support.h"

namespace tokens {
namespace {

class RingFileTest : public testing::Test {
protected:
  ~RingFileTest() override { std::filesystem::remove_all(directory_); }

  base::Result<> add_key() const {
    return file_.update([](KeyRing& ring) { return ring.add(vector_key()); });
  }

  std::filesystem::path directory_ =
      std::filesystem::temp_directory_path() / ("ring-" + base::to_hex(base::random_bytes(6)));
  std::filesystem::path path_ = directory_ / "tokens" / "keys";
  RingFile file_{path_};
};

TEST_F(RingFileTest, IsEmptyWhenItIsNotThere) {
  EXPECT_TRUE(file_.load().value().keys().empty());
  EXPECT_FALSE(std::filesystem::exists(directory_));
}

TEST_F(RingFileTest, KeepsWhatWasAddedWhereNobodyElseCanReadIt) {
  ASSERT_TRUE(add_key());
  EXPECT_EQ(file_.load().value().newest()->id, "primary");
  struct stat found{};
  ASSERT_EQ(::stat(path_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0600U);
  ASSERT_EQ(::stat(path_.parent_path().c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0700U);
}

TEST_F(RingFileTest, StaysAsItWasWhenTheChangeFails) {
  ASSERT_TRUE(add_key());
  const auto before = base::read_file(path_).value();
  EXPECT_FALSE(file_.update([](KeyRing& ring) -> base::Result<> {
    ring.remove("primary");
    return base::fail(base::ErrorKind::invalid, "no");
  }));
  EXPECT_EQ(base::read_file(path_).value(), before);
}

TEST_F(RingFileTest, IsRefusedWhenOthersCanReadIt) {
  ASSERT_TRUE(add_key());
  ASSERT_EQ(::chmod(path_.c_str(), 0640), 0);
  EXPECT_EQ(file_.load().error().kind, base::ErrorKind::denied);
}

TEST_F(RingFileTest, TellsNothingOfADamagedFileButWhereItIs) {
  ASSERT_TRUE(add_key());
  auto text = base::read_file(path_).value();
  text.erase(text.size() - 8, 4);
  ASSERT_TRUE(base::write_file(path_, text, 0600));
  const auto error = file_.load().error();
  EXPECT_TRUE(error.message.contains(path_.native()));
  EXPECT_FALSE(error.to_string().contains("MDEy"));  // how the key begins in base64
}

TEST_F(RingFileTest, LosesNoChangeOfTwoAtOnce) {
  const auto revoke_ten = [&](char digit) {
    for (char other = '0'; other <= '9'; ++other) {
      EXPECT_TRUE(file_.update([&](KeyRing& ring) -> base::Result<> {
        ring.revoke(std::string(31, digit) + other, {.since = {}});
        return {};
      }));
    }
  };
  std::thread one(revoke_ten, 'a');
  std::thread two(revoke_ten, 'b');
  one.join();
  two.join();
  EXPECT_EQ(file_.load().value().revocations().size(), 20U);
}

}  // namespace
}  // namespace tokens
