// SPDX-License-Identifier: Apache-2.0
// Each type of credential but the signatures: what it writes, what it leaves, what it replaces.
#include "secrets/mechanism.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "secrets/mechanism_test_support.h"

namespace secrets {
namespace {

using test::Asked;
using test::injector_of;
using test::outcome;
using test::token;

Injector of_type(const char* type, InjectorSpec spec = {}, std::string_view text = "s3cret-key") {
  spec.type = type;
  return injector_of(std::move(spec), token(text)).value();
}

Injector in_query() { return of_type("query", {.name = "x", .parameter = "key"}); }
Injector in_cookie() { return of_type("cookie", {.name = "x", .cookie = "sid"}); }

std::string mechanism_error(InjectorSpec spec, Material material) {
  const auto made = injector_of(std::move(spec), std::move(material));
  return made ? "no error" : made.error().message;
}

std::string basic_authorization(std::string_view login) {
  return "Basic " + base::to_base64(login);
}

Asked with_authorization(std::string value) {
  return {.fields = {{"authorization", std::move(value)}}};
}

TEST(Bearer, IsTheWholeField) {
  EXPECT_EQ(outcome(of_type("bearer"), {}), "Authorization: Bearer s3cret-key");
  EXPECT_EQ(of_type("bearer").slot().to_string(), "header:authorization");
}

TEST(Bearer, TakesThePlaceOfADummyUnderAnyScheme) {
  for (const auto& dummy :
       {std::string("Bearer proxy-managed"), std::string("token  proxy-managed"),
        std::string("proxy-managed"), basic_authorization("me:proxy-managed"),
        basic_authorization("proxy-managed:")})
    EXPECT_EQ(
        outcome(of_type("bearer"), with_authorization(dummy)), "Authorization: Bearer s3cret-key")
        << dummy;
}

TEST(Bearer, LeavesWhatOnlyLooksLikeADummy) {
  for (const auto& own :
       {std::string("Bearer proxy-managed-not"), std::string("Bearer"), basic_authorization("a:b"),
        basic_authorization("proxy-managed"), std::string("Basic ???")})
    EXPECT_EQ(outcome(of_type("bearer"), with_authorization(own)), "kept") << own;
}

TEST(Bearer, LeavesARequestThatHasADummyAndAnother) {
  const Asked two{
      .fields = {{"Authorization", "Bearer proxy-managed"}, {"authorization", "Bearer mine"}}};
  EXPECT_EQ(outcome(of_type("bearer"), two), "kept");
}

TEST(Dummy, CanBeAnother) {
  auto injector = of_type("bearer", {.name = "x", .dummy = "sk-none"});
  EXPECT_EQ(
      outcome(injector, with_authorization("Bearer sk-none")), "Authorization: Bearer s3cret-key");
  EXPECT_EQ(outcome(injector, with_authorization("Bearer proxy-managed")), "kept");
}

TEST(Basic, EncodesUserAndPassword) {
  EXPECT_EQ(
      outcome(of_type("basic", {.name = "x", .username = "me"}), {}),
      "Authorization: " + basic_authorization("me:s3cret-key"));
}

TEST(Basic, HasAUserNameThatForgesTake) {
  EXPECT_EQ(
      outcome(of_type("basic"), {}),
      "Authorization: " + basic_authorization("x-access-token:s3cret-key"));
}

TEST(Basic, MayHaveASecretUserName) {
  Material material = token("s3cret-key");
  material.username = base::Secret("hidden-user");
  material.username_is_secret = true;
  const auto injector = injector_of({.name = "x", .type = "basic"}, std::move(material)).value();
  EXPECT_EQ(
      outcome(injector, {}), "Authorization: " + basic_authorization("hidden-user:s3cret-key"));
  const auto encoded = base::to_base64("hidden-user:s3cret-key");
  EXPECT_EQ(
      injector.hidden(), (std::vector<std::string_view>{"s3cret-key", "hidden-user", encoded}));
}

TEST(Basic, RefusesAColonInTheUserName) {
  EXPECT_EQ(
      mechanism_error({.name = "x", .type = "basic", .username = "a:b"}, token("s3cret-key")),
      "credential `x`: a user name cannot hold a colon");
  Material material = token("s3cret-key");
  material.username = base::Secret("a:b");
  EXPECT_EQ(
      mechanism_error({.name = "x", .type = "basic"}, std::move(material)),
      "credential `x`: its user name holds a colon");
}

TEST(Basic, DoesNotComeBackInBase64) {
  const Scrubber scrubber(std::vector<NamedSecret>{{.name = "x", .value = "s3cret-key"}});
  for (const auto* login : {"me:s3cret-key", "you:s3cret-key", "them:s3cret-key"})
    EXPECT_TRUE(scrubber.finds_secret_in(basic_authorization(login))) << login;
}

TEST(Query, IsAddedBehindTheOthers) {
  EXPECT_EQ(outcome(in_query(), {}), "?key=s3cret-key");
  EXPECT_EQ(outcome(in_query(), {.query = "a=1&b"}), "?a=1&b&key=s3cret-key");
  EXPECT_EQ(in_query().slot().to_string(), "query:key");
}

TEST(Query, IsPercentEncoded) {
  const auto injector = of_type("query", {.name = "x", .parameter = "key"}, "a+b/c=&\xC3\xA9 d");
  EXPECT_EQ(outcome(injector, {}), "?key=a%2Bb%2Fc%3D%26%C3%A9%20d");
}

TEST(Query, ReplacesADummyAndAnEmptyValueWhereverTheyAreAndHoweverTheyAreSpelt) {
  for (const auto* query :
       {"key=proxy-managed&a=1", "a=1&key=", "key&a=1", "k%65y=proxy%2Dmanaged&a=1",
        "key=proxy-managed&a=1&key=proxy-managed"})
    EXPECT_EQ(outcome(in_query(), {.query = query}), "?a=1&key=s3cret-key") << query;
}

TEST(Query, LeavesTheProgramsOwnValueUnlessItOverwrites) {
  EXPECT_EQ(outcome(in_query(), {.query = "key=mine"}), "kept");
  EXPECT_EQ(outcome(in_query(), {.query = "key=proxy-managed&key=mine"}), "kept");
  const auto overwriting = of_type("query", {.name = "x", .parameter = "key", .overwrite = true});
  EXPECT_EQ(outcome(overwriting, {.query = "key=mine&b=2&key=too"}), "?b=2&key=s3cret-key");
}

TEST(Query, LeavesOtherParametersAsTheyAre) {
  EXPECT_EQ(
      outcome(in_query(), {.query = "KEY=1&mykey=2&q=key%3D3&=&"}),
      "?KEY=1&mykey=2&q=key%3D3&=&&key=s3cret-key");
}

TEST(Cookie, JoinsTheOthers) {
  EXPECT_EQ(outcome(in_cookie(), {}), "Cookie: sid=s3cret-key");
  EXPECT_EQ(
      outcome(in_cookie(), {.fields = {{"Cookie", "a=1; b=2;"}, {"cookie", "c=\"3\""}}}),
      "Cookie: a=1; b=2; c=\"3\"; sid=s3cret-key");
  EXPECT_EQ(in_cookie().slot().to_string(), "cookie:sid");
}

TEST(Cookie, ReplacesADummyAndLeavesAnOwnOne) {
  EXPECT_EQ(
      outcome(in_cookie(), {.fields = {{"Cookie", "sid=proxy-managed; a=1"}}}),
      "Cookie: a=1; sid=s3cret-key");
  EXPECT_EQ(outcome(in_cookie(), {.fields = {{"Cookie", "a=1; sid=mine"}}}), "kept");
  const auto overwriting = of_type("cookie", {.name = "x", .cookie = "sid", .overwrite = true});
  EXPECT_EQ(
      outcome(overwriting, {.fields = {{"Cookie", "sid=mine; SID=2; sid=too"}}}),
      "Cookie: SID=2; sid=s3cret-key");
}

TEST(Cookie, RefusesAValueThatNoCookieCarries) {
  for (const auto* bad : {"two words", "semi;colon", "com,ma", "quo\"te", "back\\slash"}) {
    const auto error =
        mechanism_error({.name = "x", .type = "cookie", .cookie = "sid"}, token(bad));
    EXPECT_TRUE(error.ends_with("a character that a cookie cannot carry")) << error;
    EXPECT_EQ(error.find(bad), std::string::npos);
  }
}

TEST(Types, WantTheirName) {
  EXPECT_EQ(
      mechanism_error({.name = "x", .type = "query"}, token("s3cret")),
      "credential `x`: it has no parameter");
  EXPECT_EQ(
      mechanism_error({.name = "x", .type = "cookie", .cookie = "a b"}, token("s3cret")),
      "credential `x`: `a b` is no name for a cookie");
  EXPECT_EQ(
      mechanism_error({.name = "x", .type = "query", .parameter = "a&b"}, token("s3cret")),
      "credential `x`: `a&b` is no name for a parameter");
  EXPECT_EQ(
      mechanism_error({.name = "x", .type = "quarry"}, token("s3cret")),
      "credential `x`: there is no type `quarry`");
}

TEST(Types, HoldSecretsToTheSameRules) {
  for (const auto* type : {"bearer", "basic", "query", "cookie"}) {
    const auto error = [&](std::string_view secret) {
      InjectorSpec spec{.name = "x", .type = type};
      if (spec.type == "query") spec.parameter = "key";
      if (spec.type == "cookie") spec.cookie = "sid";
      return mechanism_error(std::move(spec), token(secret));
    };
    EXPECT_EQ(error("abc"), "credential `x`: its value has fewer than 4 characters") << type;
    EXPECT_EQ(
        error("s3cret\r\nX: y"),
        "credential `x`: its value holds a line break or another control character")
        << type;
  }
}

TEST(Schemes, AreHttpsUnlessPlaintextIsAllowed) {
  const policy::Target plain{
      .method = "GET", .scheme = "http", .host = "api.test", .port = 80, .path = "/"};
  InjectorSpec both{.name = "x", .host = "api.test", .header = "X-Key", .allow_plaintext = true};
  EXPECT_TRUE(InjectorRule::compile(both)->matches(plain));
  both.schemes = {"https"};
  EXPECT_FALSE(InjectorRule::compile(both)->matches(plain));
  both.schemes = {"http"};
  EXPECT_TRUE(InjectorRule::compile(both)->matches(plain));
  policy::Target secure = plain;
  secure.scheme = "https";
  secure.port = 443;
  EXPECT_FALSE(InjectorRule::compile(both)->matches(secure));
  both.allow_plaintext = false;
  EXPECT_EQ(InjectorRule::compile(both).error().message, "credential `x`: http is unencrypted");
}

}  // namespace
}  // namespace secrets
