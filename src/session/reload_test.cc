// SPDX-License-Identifier: Apache-2.0
#include "session/reload.h"

#include <gtest/gtest.h>

namespace session {
namespace {

using Warnings = std::vector<std::string>;

base::Result<Warnings> there_and_back(const base::Result<Warnings>& done) {
  return reload_from_json(reload_to_json(done));
}

TEST(ReloadAnswer, WarningsComeThrough) {
  const Warnings warnings{"one", "\"two\"\n"};
  EXPECT_EQ(there_and_back(warnings).value(), warnings);
  EXPECT_EQ(there_and_back(Warnings{}).value(), Warnings{});
}

TEST(ReloadAnswer, AnErrorComesThroughWithItsHint) {
  const auto error =
      there_and_back(base::fail(base::ErrorKind::invalid, "it is wrong", "do better")).error();
  EXPECT_NE(error.to_string().find("it is wrong"), std::string::npos);
  EXPECT_NE(error.to_string().find("do better"), std::string::npos);
}

TEST(ReloadAnswer, WhatIsNoAnswerIsAnError) {
  for (const auto* text : {"", "[]", "{}", "{\"warnings\":1}", "{\"error\":1}"})
    EXPECT_FALSE(reload_from_json(text)) << text;
}

}  // namespace
}  // namespace session
