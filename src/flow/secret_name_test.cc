// SPDX-License-Identifier: Apache-2.0
#include "flow/secret_name.h"

#include <gtest/gtest.h>

#include <array>

#include "flow/test_support.h"

namespace flow {
namespace {

std::shared_ptr<const redact::Scanner> scanner(redact::Action action = redact::Action::block) {
  return test::scanner_for("A-Secret-Of-Some-Length", action);
}

TEST(RefuseName, RefusesAHostThatSaysASecretInAnyCaseAndOverSeveralLabels) {
  EXPECT_TRUE(refuse_name(scanner().get(), "a-secret-of-some-length.rec.test"));
  EXPECT_TRUE(refuse_name(scanner().get(), "x.a-secret.-of-some-.length.rec.test"));
  EXPECT_TRUE(refuse_name(scanner(redact::Action::redact).get(), "a-secret-of-some-length.test"));
}
TEST(RefuseName, LetsOthersPass) {
  EXPECT_FALSE(refuse_name(scanner().get(), "registry.test"));
  EXPECT_FALSE(refuse_name(scanner(redact::Action::log).get(), "a-secret-of-some-length.test"));
  EXPECT_FALSE(refuse_name(nullptr, "a-secret-of-some-length.test"));
}
TEST(HideName, LeavesTheRestOfAUrl) {
  const auto hidden = [](std::string url, std::string text = {}) {
    hide_name(*scanner(), std::string(url), std::array{&url, &text});
    return url + text;
  };
  EXPECT_EQ(
      hidden("dns://a-secret.-of-some-length.test?type=TXT"), "dns://[REDACTED:key]?type=TXT");
  EXPECT_EQ(
      hidden("tcp://a-secret-of-some-length.test:22", " A-Secret-Of-Some-Length.test is"),
      "tcp://[REDACTED:key]:22 [REDACTED:key] is");
  EXPECT_EQ(hidden("https://a.test/b?c"), "https://a.test/b?c");
}

}  // namespace
}  // namespace flow
