// SPDX-License-Identifier: Apache-2.0
#pragma once
// For the tests of this folder: rules, and what is wrong with them.

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "policy/rule.h"

namespace policy::test {

inline Rule rule_of(RuleSpec spec) {
  auto rule = compile(std::move(spec));
  EXPECT_TRUE(rule) << rule.error().to_string();
  return std::move(rule).value();
}

inline std::string error_of(RuleSpec spec) {
  const auto rule = compile(std::move(spec));
  return rule ? "no error" : rule.error().message;
}

}  // namespace policy::test
