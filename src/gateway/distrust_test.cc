// SPDX-License-Identifier: Apache-2.0
#include "gateway/distrust.h"

#include <gtest/gtest.h>

namespace gateway {
namespace {

using Places = std::vector<Distrust::Place>;

TEST(Distrust, NamesAPlaceOnce) {
  Distrust distrust;
  distrust.rejected("a.test", 443);
  distrust.rejected("a.test", 443);
  distrust.rejected("a.test", 8443);
  EXPECT_EQ(
      distrust.places(), (Places{
                             {.host = "a.test", .port = 443, .rejected = true},
                             {.host = "a.test", .port = 8443, .rejected = true}}));
}

TEST(Distrust, IsNotReadFromAConnectionThatWasOpenedInVain) {
  Distrust distrust;
  distrust.left("a.test", 443);
  EXPECT_EQ(distrust.places(), (Places{{.host = "a.test", .port = 443}}));
  distrust.accepted("a.test", 443);
  EXPECT_EQ(distrust.places(), Places{});
  distrust.left("a.test", 443);
  EXPECT_EQ(distrust.places(), Places{});
}

TEST(Distrust, OfOneProgramCountsThoughAnotherTrusts) {
  Distrust distrust;
  distrust.accepted("a.test", 443);
  distrust.rejected("a.test", 443);
  EXPECT_EQ(distrust.places().size(), 1U);
}

TEST(Distrust, RemembersSoManyPlacesAndNoMore) {
  Distrust distrust;
  for (int i = 0; i < 5000; ++i)
    distrust.rejected("h" + std::to_string(i) + ".test", 443);
  EXPECT_EQ(distrust.places().size(), 1024U);
}

TEST(Distrust, IsToldWithTheRuleThatHelps) {
  EXPECT_NE(
      to_text({.host = "a.test", .port = 443, .rejected = true})
          .find("    [[proxy.filter.rules]]\n    action = \"allow\"\n    host = \"a.test\"\n"
                "    tls = \"passthrough\""),
      std::string::npos);
  EXPECT_TRUE(explain_distrust("why", "a.test", 8443)
                  .ends_with("[[proxy.filter.rules]] action = \"allow\", host = \"a.test\", tls = "
                             "\"passthrough\", ports = [8443]"));
}

TEST(Distrust, IsNotWhatTlsWithoutHttpIsToldAs) {
  EXPECT_EQ(
      explain_not_http("nothing was said", "a.test", 993),
      "nothing was said; lazaret understands only HTTP inside TLS; if something else is spoken "
      "with a.test, this lets it pass unopened, without credentials and without rules about paths: "
      "[[proxy.filter.rules]] action = \"allow\", host = \"a.test\", tls = \"passthrough\", "
      "ports = [993]");
}

}  // namespace
}  // namespace gateway
