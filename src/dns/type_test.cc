// SPDX-License-Identifier: Apache-2.0
#include "dns/type.h"

#include <gtest/gtest.h>

namespace dns {
namespace {

TEST(Type, HasANameBothWays) {
  for (const auto type : {Type::txt, Type::mx, Type::srv, Type::https, Type::svcb, Type::caa})
    EXPECT_EQ(type_named(name_of(type)), type);
  EXPECT_EQ(name_of(Type::txt), "TXT");
}

TEST(Type, Rfc3597NamesTheUnknownByNumber) {
  EXPECT_EQ(name_of(Type{4711}), "TYPE4711");
  EXPECT_EQ(type_named("TYPE4711"), std::nullopt);
  EXPECT_EQ(type_named("txt"), std::nullopt);
}

}  // namespace
}  // namespace dns
