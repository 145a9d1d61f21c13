// SPDX-License-Identifier: Apache-2.0
#include "http/h2_upgrade.h"

#include <gtest/gtest.h>

namespace http {
namespace {

/// As curl sends it: 100 streams, a window of 1 MiB, no push.
const std::string settings_text = "AAMAAABkAAQAoAAAAAIAAAAA";

Request wish(Fields more = {}, const std::string& settings = settings_text) {
  Request request{
      .method = "GET",
      .target = "/",
      .fields = {
          {"Host", "a.test"},
          {"Connection", "Upgrade, HTTP2-Settings"},
          {"Upgrade", "h2c"},
          {"HTTP2-Settings", settings}}};
  for (const auto& field : more)
    request.fields.add(field.name, field.value);
  return request;
}

TEST(H2Upgrade, ReadsTheSettingsOfAWish) {
  const auto settings = h2_settings_of(wish());
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->size(), 18U);
  EXPECT_EQ(settings->substr(0, 6), std::string("\x00\x03\x00\x00\x00\x64", 6));
}

TEST(H2Upgrade, ReadsWhatIsSpelledForUrls) { EXPECT_TRUE(h2_settings_of(wish({}, "AAT_____"))); }

TEST(H2Upgrade, TakesAWishWithoutAnySetting) { EXPECT_EQ(h2_settings_of(wish({}, "")), ""); }

TEST(H2Upgrade, LeavesHalfASetting) { EXPECT_FALSE(h2_settings_of(wish({}, "AAMAAAA"))); }

TEST(H2Upgrade, LeavesWhatIsNoBase64) { EXPECT_FALSE(h2_settings_of(wish({}, "AAM AABk"))); }

TEST(H2Upgrade, LeavesARequestWithABody) {
  EXPECT_FALSE(h2_settings_of(wish({{"Content-Length", "5"}})));
  EXPECT_FALSE(h2_settings_of(wish({{"Transfer-Encoding", "chunked"}})));
}

TEST(H2Upgrade, LeavesSettingsThatAreThereTwice) {
  EXPECT_FALSE(h2_settings_of(wish({{"HTTP2-Settings", settings_text}})));
}

TEST(H2Upgrade, LeavesAWishThatIsNotOfTheConnection) {
  auto request = wish();
  request.fields.erase("connection");
  request.fields.add("Connection", "Upgrade");
  EXPECT_FALSE(h2_settings_of(request));
}

TEST(H2Upgrade, LeavesAnotherProtocolBesides) {
  EXPECT_FALSE(h2_settings_of(wish({{"Upgrade", "websocket"}})));
}

}  // namespace
}  // namespace http
