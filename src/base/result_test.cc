// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>

namespace base {
namespace {

Result<int> half_of(int number) {
  if (number % 2 != 0) return fail(ErrorKind::invalid, "odd", "give an even number");
  return number / 2;
}

Result<int> quarter_of(int number) {
  const int half = TRY(half_of(number));
  return half_of(half);
}

Result<> expect_even(int number, bool& went_on) {
  TRY_VOID(half_of(number));
  went_on = true;
  return {};
}

Result<std::unique_ptr<int>> boxed(int number) { return std::make_unique<int>(number); }
Result<int> unboxed(int number) { return *TRY(boxed(number)); }

TEST(Try, GivesTheValue) { EXPECT_EQ(*quarter_of(12), 3); }

TEST(Try, ReturnsTheErrorAsItIs) {
  for (const int number : {3, 6}) {
    const auto result = quarter_of(number);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::invalid);
    EXPECT_EQ(result.error().message, "odd");
    EXPECT_EQ(result.error().hint, "give an even number");
  }
}

TEST(Try, MovesValuesThatCannotBeCopied) { EXPECT_EQ(*unboxed(7), 7); }

TEST(TryVoid, GoesOnOrReturnsTheError) {
  bool went_on = false;
  EXPECT_FALSE(expect_even(1, went_on));
  EXPECT_FALSE(went_on);
  EXPECT_TRUE(expect_even(2, went_on));
  EXPECT_TRUE(went_on);
}

TEST(Error, IsOneTextWithNotesInnermostFirst) {
  const Error error = fail(ErrorKind::timeout, "no answer", "try again")
                          .error()
                          .while_doing("resolve a.test")
                          .while_doing("start");
  EXPECT_EQ(error.to_string(), "no answer (resolve a.test) (start)\n  try again");
}

TEST(Error, WithoutAHintIsOneLine) {
  EXPECT_EQ(fail(ErrorKind::internal, "broken").error().to_string(), "broken");
}

TEST(Error, EscapesWhatThePeerSaid) {
  Error error{.kind = ErrorKind::denied, .message = "refused"};
  error.peer = "\x1B]0;owned\a\u202E";
  EXPECT_EQ(error.to_string(), "refused: \\x1b]0;owned\\x07\\u{202e}");
}

TEST(FailErrno, SaysWhatOnWhatAndWhy) {
  errno = ENOENT;
  EXPECT_EQ(
      fail_errno("read", "/x/y", "make it").error().to_string(),
      "read /x/y: No such file or directory\n  make it");
  errno = EIO;
  EXPECT_EQ(fail_errno("look").error().message, "look: Input/output error");
}

TEST(FailErrno, EscapesTheName) {
  errno = ENOENT;
  EXPECT_EQ(fail_errno("read", "a\nb").error().message, "read a\\nb: No such file or directory");
}

TEST(FailErrno, TellsTheKind) {
  struct Row {
    int code;
    ErrorKind kind;
  };
  const Row table[] = {
      {EACCES, ErrorKind::denied},
      {EPERM, ErrorKind::denied},
      {EROFS, ErrorKind::denied},
      {ENOENT, ErrorKind::not_found},
      {ENOTDIR, ErrorKind::not_found},
      {ENOSPC, ErrorKind::unavailable},
      {ECONNREFUSED, ErrorKind::unavailable},
      {ETIMEDOUT, ErrorKind::timeout},
      {EIO, ErrorKind::internal},
  };
  for (const auto& [code, kind] : table) {
    errno = code;
    EXPECT_EQ(fail_errno("do").error().kind, kind) << code;
  }
}

TEST(ErrorKind, HasAName) {
  EXPECT_EQ(name_of(ErrorKind::not_found), "not_found");
  EXPECT_EQ(name_of(ErrorKind::internal), "internal");
}

}  // namespace
}  // namespace base
