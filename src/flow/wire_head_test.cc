// SPDX-License-Identifier: Apache-2.0
#include "flow/wire_head.h"

#include <gtest/gtest.h>

namespace flow {
namespace {

WireHead head(std::string target = "/a?b=1") {
  return WireHead(
      {.method = "GET", .target = std::move(target), .fields = {{"Host", "h"}, {"A", "1"}}});
}

TEST(WireHead, KnowsWhatIsSecret) {
  WireHead out = head();
  EXPECT_FALSE(out.holds_secrets());
  out.set("X-Key", base::Secret("one"));
  out.set("x-key", base::Secret("two"));
  out.set_query(base::Secret("k=v"));
  EXPECT_EQ(out.sensitive(), (std::vector<std::string>{"x-key", ":path"}));
  EXPECT_EQ(out.request().fields.all("x-key"), std::vector<std::string_view>{"two"});
  EXPECT_EQ(out.request().target, "/a?k=v");
}

TEST(WireHead, ErasesBeforeItWrites) {
  WireHead out = head("/a");
  secrets::Edits edits{.erased = {"a", "B"}};
  edits.fields.push_back({.name = "B", .value = base::Secret("2")});
  out.apply(edits);
  EXPECT_EQ(out.request().fields, (http::Fields{{"Host", "h"}, {"B", "2"}}));
}

TEST(WireHead, IsWipedBeforeItTakesAnother) {
  WireHead out = head();
  out.set("X-Key", base::Secret("one"));
  WireHead other = head("/c");
  out = std::move(other);
  EXPECT_FALSE(out.holds_secrets());
  EXPECT_EQ(out.request().target, "/c");
}

}  // namespace
}  // namespace flow
