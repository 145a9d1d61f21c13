// SPDX-License-Identifier: Apache-2.0
#include "flow/stages/overrides.h"

#include <gtest/gtest.h>

#include "flow/test_support.h"

namespace flow {
namespace {

Flow post(std::string target, http::Fields more = {}) {
  http::Fields fields{{"Host", "api.example.com"}};
  for (const auto& field : more)
    fields.add(field.name, field.value);
  Flow flow = test::routed(std::move(target), std::move(fields));
  flow.request.method = "POST";
  return flow;
}

/// "DELETE /item?a=b", each.
std::vector<std::string> readings_of(const Flow& flow) {
  std::vector<std::string> out;
  const auto overrides = overrides_of(flow);
  if (!overrides) return {"refused"};
  for (const auto& each : *overrides)
    out.push_back(each.method + " " + each.path + (each.query.empty() ? "" : "?" + each.query));
  return out;
}

using Texts = std::vector<std::string>;

TEST(Overrides, AreNoneInAnUsualRequest) {
  EXPECT_EQ(
      readings_of(post(
          "/item?method=GET&x_method=DELETE",
          {{"X-Request-Id", "1234"}, {"X-Forwarded-Host", "x"}, {"X-HTTP-Method-Overrides", "x"}})),
      Texts{});
}

TEST(Overrides, NameAMethodInAField) {
  for (const auto* name :
       {"X-HTTP-Method-Override", "x-http-method-override", "X-HTTP-Method", "X-Method-Override",
        "X_HTTP_METHOD_OVERRIDE", "X-Http_Method", "X.HTTP.Method.Override", "x!http!method"}) {
    EXPECT_EQ(readings_of(post("/item", {{name, " delete "}})), Texts{"DELETE /item"}) << name;
  }
}

TEST(Overrides, NameAMethodInTheQuery) {
  for (const auto* query :
       {"_method=DELETE", "a=b&_method=delete", "a=b;_method=DELETE", "%5Fmethod=%44ELETE",
        ".method=DELETE", "+_method=DELETE", "[method=DELETE", "%5Bmethod=DELETE",
        "$httpMethod=DELETE", "%24httpMethod=DELETE%20", "_method%00=DELETE", "_method%00x=DELETE",
        "X-HTTP-Method-Override=DELETE"}) {
    const auto readings = readings_of(post(std::string("/item?") + query));
    ASSERT_EQ(readings.size(), 1U) << query;
    EXPECT_TRUE(readings.front().starts_with("DELETE /item?")) << query;
  }
}

TEST(Overrides, NameAPathInAField) {
  for (const auto* value : {"/admin", "admin", "/x/../%61dmin", "https://other.test/admin#top"})
    EXPECT_EQ(readings_of(post("/ok?q", {{"X-Original-URL", value}})), Texts{"POST /admin"})
        << value;
  EXPECT_EQ(
      readings_of(post("/ok", {{"X-Rewrite-Url", "/admin?u=http://x/"}})),
      Texts{"POST /admin?u=http://x/"});
  EXPECT_EQ(readings_of(post("/ok", {{"X-Rewrite-Url", "https://other.test"}})), Texts{"POST /"});
}

TEST(Overrides, SayTheSameAsTheFirstLineInVain) {
  EXPECT_EQ(
      readings_of(post(
          "/item?a=b",
          {{"X-HTTP-Method", "POST"}, {"X-HTTP-Method", ""}, {"X-Original-URL", "/item?a=b"}})),
      Texts{});
}

TEST(Overrides, AreReadTogether) {
  EXPECT_EQ(
      readings_of(post("/ok", {{"X-HTTP-Method", "PUT"}, {"X-Original-URL", "/admin"}})),
      (Texts{"PUT /ok", "POST /admin", "PUT /admin"}));
  EXPECT_EQ(
      readings_of(post("/ok", {{"X-Original-URL", "/admin?_method=PUT"}})),
      (Texts{"PUT /ok", "POST /admin?_method=PUT", "PUT /admin?_method=PUT"}));
}

TEST(Overrides, AreReadInEveryElementOfEveryField) {
  EXPECT_EQ(
      readings_of(post("/", {{"X-HTTP-Method", "GET, put"}, {"X-HTTP-Method", "DELETE"}})),
      (Texts{"GET /", "PUT /", "DELETE /"}));
}

TEST(Overrides, NameAMethodOfNoRuleWhereTheyNameNone) {
  EXPECT_EQ(readings_of(post("/?_method=of%20the%20lab")), Texts{"? /?_method=of%20the%20lab"});
}

TEST(Overrides, AreRefusedWhereNobodyMayAskForThem) {
  const std::string many = "a,b,c,d,e,f,g,h,i";
  for (const auto& [name, value] : std::vector<http::Field>{
           {"X-HTTP-Method", "TRACE"},
           {"X-Original-URL", "/a%zz"},
           {"X-Original-URL", "/a\\b"},
           {"X-HTTP-Method", many}}) {
    EXPECT_EQ(readings_of(post("/", {{name, value}})), Texts{"refused"}) << value;
  }
}

TEST(Overrides, SayInWordsWhoAsksForWhat) {
  const auto flow = post("/ok?_method=PUT", {{"X-Original-URL", "/admin"}});
  const auto overrides = overrides_of(flow).value();
  EXPECT_EQ(overrides.front().in_words(), "by the parameter _method: PUT /ok");
  EXPECT_EQ(
      overrides.back().in_words(),
      "by the parameter _method and the field X-Original-URL: PUT /admin");
}

}  // namespace
}  // namespace flow
