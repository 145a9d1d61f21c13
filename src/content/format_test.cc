// SPDX-License-Identifier: Apache-2.0
#include "content/format.h"

#include <gtest/gtest.h>

#include "content/media_type.h"

namespace content {
namespace {

using namespace std::string_literals;

Syntax syntax_of(std::string_view content_type) { return format_of(content_type).syntax; }
std::string escaped(Syntax syntax, std::string_view value) {
  return std::string(escape(syntax, value).reveal());
}

TEST(Format, IsKnownByTheMediaTypeInAnyCase) {
  EXPECT_EQ(syntax_of("application/json"), Syntax::json);
  EXPECT_EQ(syntax_of(" Application/JSON ; charset=utf-8"), Syntax::json);
  EXPECT_EQ(syntax_of("application/x-www-form-urlencoded"), Syntax::form);
  EXPECT_EQ(syntax_of("text/html; charset=utf-8"), Syntax::xml);
  EXPECT_EQ(syntax_of("application/x-ndjson"), Syntax::json);
  EXPECT_EQ(syntax_of("application/x-protobuf"), Syntax::protobuf);
}

TEST(Format, IsKnownByTheEndOfTheMediaType) {
  EXPECT_EQ(syntax_of("application/vnd.api+json"), Syntax::json);
  EXPECT_EQ(syntax_of("image/svg+xml"), Syntax::xml);
}

TEST(Format, IsRawWhenItIsNotKnown) {
  for (const auto* type :
       {"", "text/plain", "application/octet-stream", "json", "text/jsonish", ";"})
    EXPECT_EQ(syntax_of(type), Syntax::raw) << type;
}

TEST(Format, OfGrpcSaysWhatMessagesAre) {
  const Format protobuf{.syntax = Syntax::grpc, .message = Syntax::protobuf};
  EXPECT_EQ(format_of("application/grpc"), protobuf);
  EXPECT_EQ(format_of("application/grpc+proto"), protobuf);
  EXPECT_EQ(format_of("application/grpc-web+proto"), protobuf);
  EXPECT_EQ(format_of("application/grpc+json").message, Syntax::json);
  EXPECT_EQ(format_of("application/connect+json").message, Syntax::json);
  EXPECT_EQ(format_of("application/grpc+thrift").message, Syntax::raw);
  EXPECT_EQ(syntax_of("application/grpc-web-text"), Syntax::grpc_web_text);
  EXPECT_EQ(syntax_of("application/grpcish"), Syntax::raw);
}

TEST(Format, OfMultipartHasItsBoundary) {
  EXPECT_EQ(
      format_of("multipart/form-data; boundary=----Form7"),
      (Format{.syntax = Syntax::multipart, .boundary = "----Form7"}));
  EXPECT_EQ(format_of("multipart/mixed; a=b; BOUNDARY=\"x;\\\"y\"").boundary, "x;\"y");
}

TEST(Format, OfMultipartIsRawWithoutOneCertainBoundary) {
  for (const auto* rest :
       {"", "; boundary=", "; boundary=a; boundary=b", "; boundary=\"a \"", "; boundary=\"a\nb\""})
    EXPECT_EQ(syntax_of("multipart/form-data"s + rest), Syntax::raw) << rest;
}

TEST(Escape, WritesAJsonString) {
  EXPECT_EQ(escaped(Syntax::json, "a\"b\\c\n\t\x01/é"), "a\\\"b\\\\c\\n\\t\\u0001/é");
}

TEST(Escape, WritesAFormField) {
  EXPECT_EQ(escaped(Syntax::form, "a b&c=d+e/~é"), "a%20b%26c%3Dd%2Be%2F~%C3%A9");
}

TEST(Escape, WritesTextAndAttributesOfXml) {
  EXPECT_EQ(escaped(Syntax::xml, "<a b='\"&\n"), "&lt;a b=&#39;&quot;&amp;&#10;");
}

TEST(Escape, KeepsACdataSectionFromEnding) {
  EXPECT_EQ(escaped(Syntax::cdata, "a&<b"), "a&<b");
  EXPECT_EQ(escaped(Syntax::cdata, "]>"), "]]]><![CDATA[]]><![CDATA[>");
}

TEST(Escape, LeavesEverythingElseAsItIs) {
  for (const auto syntax : {Syntax::raw, Syntax::protobuf, Syntax::multipart})
    EXPECT_EQ(escaped(syntax, "a\"<%\0"s), "a\"<%\0"s);
}

TEST(Parameter, IsFoundBesideQuotedSemicolons) {
  const auto* const value = "form-data; filename=\"a; name=x\"; name=\"field\"";
  EXPECT_EQ(parameter(value, "name"), "field");
  EXPECT_EQ(parameter(value, "filename"), "a; name=x");
  EXPECT_EQ(parameter(value, "size"), std::nullopt);
  EXPECT_EQ(parameter("a; b=\"unclosed", "b"), "unclosed");
  EXPECT_EQ(parameter("a; b=\"\\", "b"), "\\");
}

}  // namespace
}  // namespace content
