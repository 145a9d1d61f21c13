// SPDX-License-Identifier: Apache-2.0
#include "tokens/approvals.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/file.h"
#include "tokens/test_support.h"

namespace tokens {
namespace {

using std::chrono::hours;

class ApprovalsOnDisk : public testing::Test {
protected:
  ~ApprovalsOnDisk() override { std::filesystem::remove_all(directory_); }

  std::filesystem::path directory_ =
      std::filesystem::temp_directory_path() / ("approvals-" + base::to_hex(base::random_bytes(8)));
  Approvals approvals_{directory_};
  Token token_ = mint_with({Caveat(AskPerson{})});
};

TEST_F(ApprovalsOnDisk, AreThereWhenTheyWereGiven) {
  EXPECT_TRUE(approvals_.of(token_.id())->empty());
  const Approval approval{.digest = digest_of(token_.tail), .until = today + hours(1)};
  ASSERT_TRUE(approvals_.add(token_.id(), approval, today));
  EXPECT_EQ(*approvals_.of(token_.id()), std::vector{approval});
}

TEST_F(ApprovalsOnDisk, ReplaceEarlierOnesForTheSameToken) {
  const auto digest = digest_of(token_.tail);
  ASSERT_TRUE(approvals_.add(token_.id(), {.digest = digest, .until = today + hours(9)}, today));
  ASSERT_TRUE(approvals_.add(token_.id(), {.digest = digest, .until = today + hours(1)}, today));
  const auto kept = approvals_.of(token_.id());
  ASSERT_EQ(kept->size(), 1U);
  EXPECT_EQ(kept->front().until, today + hours(1));
}

TEST_F(ApprovalsOnDisk, AreForgottenWhenTheyHaveEnded) {
  const auto other = digest_of(attenuate(token_, {get_only})->tail);
  ASSERT_TRUE(approvals_.add(token_.id(), {.digest = other, .until = today}, today));
  const Approval later{.digest = digest_of(token_.tail), .until = today + hours(2)};
  ASSERT_TRUE(approvals_.add(token_.id(), later, today + hours(1)));
  EXPECT_EQ(*approvals_.of(token_.id()), std::vector{later});
}

TEST_F(ApprovalsOnDisk, ThatCannotBeUnderstoodAreNone) {
  ASSERT_TRUE(base::make_directories(directory_, 0700));
  ASSERT_TRUE(base::write_file(directory_ / token_.id(), "yes\n"));
  EXPECT_FALSE(approvals_.of(token_.id()));
}

TEST_F(ApprovalsOnDisk, AreForTokensAndNoOtherNames) { EXPECT_FALSE(approvals_.of("../keys")); }

TEST(NeedsApproval, SaysWhichTokensAsk) {
  EXPECT_TRUE(needs_approval({mint_with({stripe, Caveat(AskPerson{})})}));
  EXPECT_FALSE(needs_approval({mint_with({stripe})}));
}

}  // namespace
}  // namespace tokens
