// SPDX-License-Identifier: Apache-2.0
#include "http/websocket_extensions.h"

#include <gtest/gtest.h>

#include <vector>

namespace http::websocket {
namespace {

Checked<std::vector<Extension>> parse(std::string text) {
  return parse_extensions({{"Sec-WebSocket-Extensions", std::move(text)}});
}

TEST(WebSocketExtensions, AreReadInOrder) {  // RFC 6455, 9.1
  const std::vector<Extension> expected{
      {"foo", {}}, {"bar", {{"baz", "2"}, {"flag", std::nullopt}}}};
  EXPECT_EQ(parse("foo, bar; baz=2; flag"), expected);
  EXPECT_EQ(parse("foo ,\tbar;baz = 2 ;flag "), expected);
  EXPECT_EQ(parse(R"(foo, bar; baz="2"; flag)"), expected);
  EXPECT_EQ(parse(R"(foo, bar; baz="\2"; flag)"), expected);
}

TEST(WebSocketExtensions, AreReadOverSeveralFields) {
  const Fields fields{{"sec-websocket-extensions", "a"}, {"Sec-WebSocket-Extensions", "b, c"}};
  EXPECT_EQ(parse_extensions(fields), (std::vector<Extension>{{"a", {}}, {"b", {}}, {"c", {}}}));
  EXPECT_EQ(parse_extensions({}), std::vector<Extension>{});
}

TEST(WebSocketExtensions, AreRefusedWhenTheGrammarIsBroken) {
  for (const auto* text :
       {"",        " ",        ",",         "a,",           ",a",         "a,,b",
        "a;",      "a; ;b",    "a; b=",     "a; =b",        "a b",        "a; b c",
        "a; b=\"", "a; b=\"c", "a; b=\"\"", "a; b=\"c d\"", "a; b=\"c\\", "a; b=\"c\" d",
        "a=b",     "a; b=c=d", "a/b",       "(a)"})
    EXPECT_FALSE(parse(text)) << text;
}

TEST(WebSocketExtensions, AreWrittenAsTheyAreRead) {
  const Extension extension{"bar", {{"baz", "2"}, {"flag", std::nullopt}}};
  EXPECT_EQ(to_string(extension), "bar; baz=2; flag");
  EXPECT_EQ(parse(to_string(extension)), std::vector{extension});
}

}  // namespace
}  // namespace http::websocket
