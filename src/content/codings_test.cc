// SPDX-License-Identifier: Apache-2.0
#include "content/codings.h"

#include <gtest/gtest.h>

namespace content {
namespace {

base::Result<Codings> parse(std::vector<std::string_view> names) { return codings_of(names); }

TEST(Codings, AreNamedInAnyCaseAndInTheOrderOfTheField) {
  EXPECT_EQ(
      parse({"GZIP", "deflate", "Br"}).value(),
      (Codings{Coding::gzip, Coding::deflate, Coding::br}));
  EXPECT_EQ(parse({"zstd"}).value(), Codings{Coding::zstd});
}

TEST(Codings, KnowTheOldNameOfGzip) { EXPECT_EQ(parse({"x-gzip"}).value(), Codings{Coding::gzip}); }

TEST(Codings, TakeIdentityAndEmptyElementsForNothing) {
  EXPECT_TRUE(parse({}).value().empty());
  EXPECT_EQ(parse({"identity", " ", "gzip", "Identity"}).value(), Codings{Coding::gzip});
}

TEST(Codings, RefuseWhatTheyDoNotKnow) {
  for (const auto* name : {"compress", "gzip;q=1", "aws-chunked", "gzip br", "dcb"})
    EXPECT_EQ(parse({name}).error().kind, base::ErrorKind::invalid) << name;
}

TEST(Codings, RefuseMoreThanThree) {
  EXPECT_TRUE(parse({"gzip", "gzip", "identity", "gzip"}));
  EXPECT_FALSE(parse({"gzip", "gzip", "gzip", "gzip"}));
}

}  // namespace
}  // namespace content
