// SPDX-License-Identifier: Apache-2.0
#include "http/head_scanner.h"

#include <gtest/gtest.h>

namespace http {
namespace {

using Before = HeadScanner::Before;

TEST(HeadScanner, FindsTheEndOfAHead) {
  HeadScanner scanner(Before::nothing, 100);
  EXPECT_EQ(scanner.scan("a\r\nb\r\n\r\nrest"), (HeadScanner::Head{.begin = 0, .end = 8}));
}

TEST(HeadScanner, GoesOnWhereItStopped) {
  HeadScanner scanner(Before::nothing, 100);
  EXPECT_EQ(scanner.scan("a\r\n\r"), std::nullopt);
  // Had it looked again it would refuse the bare LF that now stands in what was seen.
  EXPECT_EQ(scanner.scan("\na\n\r\n"), (HeadScanner::Head{.begin = 0, .end = 5}));
}

TEST(HeadScanner, SkipsOneEmptyLineWhereItMay) {
  HeadScanner scanner(Before::empty_line, 100);
  EXPECT_EQ(scanner.scan("\r\na\r\n\r\n"), (HeadScanner::Head{.begin = 2, .end = 7}));
  scanner.reset();
  EXPECT_FALSE(scanner.scan("\r\n\r\n"));
  EXPECT_FALSE(HeadScanner(Before::nothing, 100).scan("\r\n"));
}

TEST(HeadScanner, TellsTheFirstLineBeforeTheRestHasCome) {
  HeadScanner scanner(Before::empty_line, 100);
  EXPECT_EQ(scanner.first_line("\r\na\r"), std::nullopt);
  EXPECT_EQ(scanner.first_line("\r\na\r\nb"), "a");
  EXPECT_EQ(scanner.scan("\r\na\r\nb\r\n\r\n"), (HeadScanner::Head{.begin = 2, .end = 10}));
}

TEST(HeadScanner, TellsAFirstLineThatIsTheWholeHead) {
  HeadScanner scanner(Before::nothing, 100);
  EXPECT_EQ(scanner.first_line("a\r\n\r\n"), "a");
  EXPECT_EQ(scanner.scan("a\r\n\r\n"), (HeadScanner::Head{.begin = 0, .end = 5}));
}

TEST(HeadScanner, RefusesABareLfAtOnce) {
  EXPECT_FALSE(HeadScanner(Before::nothing, 100).scan("a\n"));
  EXPECT_FALSE(HeadScanner(Before::nothing, 100).scan("a\r\n\n"));
}

TEST(HeadScanner, TellsALongFirstLineFromALargeHead) {
  EXPECT_EQ(HeadScanner(Before::nothing, 4).scan("abcd").error().status, 414);
  EXPECT_EQ(HeadScanner(Before::nothing, 4).scan("a\r\nbc\r\n\r\n").error().status, 431);
}

}  // namespace
}  // namespace http
