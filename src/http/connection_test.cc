// SPDX-License-Identifier: Apache-2.0
#include "http/connection.h"

#include <gtest/gtest.h>

namespace http {
namespace {

TEST(Connection, IsKeptAliveAsTheVersionSays) {
  const Fields close{{"Connection", "X, Close"}};
  const Fields keep{{"connection", "Keep-Alive"}};
  EXPECT_TRUE(is_keep_alive(Version::http_1_1, {}));
  EXPECT_FALSE(is_keep_alive(Version::http_1_1, close));
  EXPECT_FALSE(is_keep_alive(Version::http_1_0, {}));
  EXPECT_TRUE(is_keep_alive(Version::http_1_0, keep));
  EXPECT_TRUE(is_keep_alive(Version::http_2, close));
}

TEST(Connection, ClosesWhenBothAreSaid) {
  const Fields both{{"Connection", "keep-alive, close"}};
  EXPECT_FALSE(is_keep_alive(Version::http_1_0, both));
}

TEST(Connection, KnowsWhoWaitsForContinue) {
  const Fields expect{{"Expect", "100-Continue"}};
  EXPECT_TRUE(expects_continue({.fields = expect}));
  EXPECT_FALSE(expects_continue({.version = Version::http_1_0, .fields = expect}));
  EXPECT_FALSE(expects_continue({}));
}

TEST(Connection, RemovesHopByHopFields) {
  Fields fields{
      {"Host", "a.test"},
      {"Connection", "x-hop, Upgrade"},
      {"X-Hop", "1"},
      {"Keep-Alive", "1"},
      {"Proxy-Connection", "x"},
      {"Proxy-Authorization", "x"},
      {"Proxy-Anything", "x"},
      {"TE", "trailers"},
      {"Trailer", "X"},
      {"Upgrade", "h2c"},
      {"HTTP2-Settings", "x"},
      {"X-End", "1"}};
  remove_hop_by_hop(fields);
  EXPECT_EQ(fields, (Fields{{"Host", "a.test"}, {"X-End", "1"}}));
}

TEST(Connection, KeepsEssentialsThatAreNominated) {
  const Fields essentials{
      {"Host", "a.test"}, {"Authorization", "x"}, {"Cookie", "x"}, {"Content-Length", "1"}};
  auto fields = essentials;
  fields.add("Connection", "host, AUTHORIZATION, cookie, content-length");
  remove_hop_by_hop(fields);
  EXPECT_EQ(fields, essentials);
}

}  // namespace
}  // namespace http
