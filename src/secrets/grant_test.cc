// SPDX-License-Identifier: Apache-2.0
#include "secrets/grant.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "secrets/jwt.h"
#include "secrets/key_test_support.h"
#include "secrets/test_support.h"

namespace secrets {
namespace {

using namespace std::chrono_literals;
using enum CredentialType;
using base::Secret;
using test::answer;

constexpr base::WallTime asked_at{1'800'000'000s};

InjectorSpec oauth2_spec() {
  InjectorSpec spec{.name = "x", .enabled = true, .type = "oauth2", .host = "api.test"};
  spec.fetch.token_url = "https://login.test/oauth/token";
  spec.fetch.client_id = "my client";
  spec.fetch.client_secret.env = "SECRET";
  return spec;
}

InjectorSpec refreshing_spec() {
  auto spec = oauth2_spec();
  spec.fetch.refresh_token.env = "TOKEN";
  return spec;
}

InjectorSpec app_spec() {
  InjectorSpec spec{.name = "x", .enabled = true, .type = "github-app"};
  spec.fetch.app_id = "4711";
  spec.fetch.installation_id = "42";
  return spec;
}

InjectorSpec account_spec() {
  return {.name = "x", .enabled = true, .type = "gcp-service-account"};
}

InjectorSpec pocketbase_spec() {
  InjectorSpec spec{.name = "x", .enabled = true, .type = "pocketbase", .username = "me@a.test"};
  spec.fetch.url = "https://base.test/pb";
  return spec;
}

GrantMaterial material(std::string_view secret, std::string_view client_secret = {}) {
  return {.secret = Secret(secret), .client_secret = Secret(client_secret)};
}

GrantMaterial key_material() { return {.secret = test::rsa_pem()}; }

std::string account_key(std::string_view token_uri = "https://oauth2.googleapis.com/token") {
  return fmt::format(
      R"({{"type":"service_account","client_email":"robot@p.test","private_key_id":"k1",)"
      R"("private_key":{},"token_uri":"{}"}})",
      base::to_json_string(test::rsa_pem().reveal()), token_uri);
}

std::shared_ptr<const Grant> grant_of(
    const InjectorSpec& spec, CredentialType type, GrantMaterial made_of) {
  return make_grant(spec, type, std::move(made_of)).value();
}

/// The request in lines: what is asked, its fields, its body.
std::string text_of(const TokenRequest& request) {
  std::string out = request.method + " " + request.url.origin() + request.url.target + "\n";
  for (const auto& field : request.fields)
    out += field.name + ": " + std::string(field.value.reveal()) + "\n";
  return out + std::string(request.body.reveal());
}

std::string field_of(const TokenRequest& request, std::string_view name) {
  for (const auto& field : request.fields)
    if (field.name == name) return std::string(field.value.reveal());
  return "none";
}

TEST(Oauth2, AsksWithARefreshToken) {
  const auto grant = grant_of(refreshing_spec(), oauth2, material("rt-1/+", "se:cret"));
  EXPECT_EQ(
      text_of(grant->begin(asked_at, nullptr)),
      "POST https://login.test/oauth/token\n"
      "Authorization: Basic bXklMjBjbGllbnQ6c2UlM0FjcmV0\n"  // my%20client:se%3Acret
      "Content-Type: application/x-www-form-urlencoded\n"
      "grant_type=refresh_token&refresh_token=rt-1%2F%2B");
}

TEST(Oauth2, AsksWithWhatTheRefreshTokenHasBecome) {
  const auto grant = grant_of(refreshing_spec(), oauth2, material("rt-1", "secret"));
  const Secret renewed("rt-2");
  const auto request = grant->begin(asked_at, &renewed);
  EXPECT_TRUE(request.body.reveal().ends_with("&refresh_token=rt-2"));
}

TEST(Oauth2, AsksForTheClientItselfWithoutARefreshToken) {
  auto spec = oauth2_spec();
  spec.fetch.client_auth = "post";
  spec.fetch.scopes = {"read", "write"};
  spec.fetch.audience = "https://api.test";
  const auto grant = grant_of(spec, oauth2, material("s3cret"));
  EXPECT_EQ(
      text_of(grant->begin(asked_at, nullptr)),
      "POST https://login.test/oauth/token\n"
      "Content-Type: application/x-www-form-urlencoded\n"
      "grant_type=client_credentials&scope=read%20write&audience=https%3A%2F%2Fapi.test"
      "&client_id=my%20client&client_secret=s3cret");
  EXPECT_EQ(grant->login(), "");
}

TEST(Oauth2, OfAPublicClientSaysOnlyWhoItIs) {
  auto spec = refreshing_spec();
  spec.fetch.client_secret = {};
  const auto request = grant_of(spec, oauth2, material("rt-1"))->begin(asked_at, nullptr);
  EXPECT_EQ(
      request.body.reveal(), "grant_type=refresh_token&refresh_token=rt-1&client_id=my%20client");
  EXPECT_EQ(field_of(request, "Authorization"), "none");
}

TEST(Oauth2, HasALoginThatChangesWithTheRefreshTokenOfTheSource) {
  const auto login = [](std::string_view refresh_token) {
    return grant_of(refreshing_spec(), oauth2, material(refresh_token, "secret"))->login();
  };
  EXPECT_EQ(login("rt-1"), login("rt-1"));
  EXPECT_NE(login("rt-1"), login("rt-2"));
  EXPECT_EQ(login("rt-1").find("rt-1"), std::string::npos);
}

TEST(GithubApp, SignsThatItIsTheApp) {
  auto spec = app_spec();
  spec.fetch.repositories = {"one", "two"};
  spec.fetch.permissions = {{"contents", "read"}, {"issues", "write"}};
  const auto request = grant_of(spec, github_app, key_material())->begin(asked_at, nullptr);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(
      request.url.origin() + request.url.target,
      "https://api.github.com/app/installations/42/access_tokens");
  EXPECT_EQ(
      request.body.reveal(),
      R"({"repositories":["one","two"],"permissions":{"contents":"read","issues":"write"}})");
  const auto bearer = field_of(request, "Authorization");
  ASSERT_TRUE(bearer.starts_with("Bearer "));
  const auto jwt = test::verify_jwt(std::string_view(bearer).substr(7));
  EXPECT_TRUE(jwt.is_valid);
  EXPECT_EQ(jwt.claims, R"({"iat":1799999940,"exp":1800000540,"iss":"4711"})");
}

TEST(GithubApp, TakesTheTokenOfItsInstallation) {
  const auto grant = grant_of(app_spec(), github_app, key_material());
  const auto step = grant->proceed(
      answer(R"({"token":"ghs_1","expires_at":"2027-01-15T09:00:00Z"})", 201), 0, asked_at);
  ASSERT_TRUE(step);
  const auto& token = std::get<FetchedToken>(*step);
  EXPECT_EQ(token.token.reveal(), "ghs_1");
  EXPECT_EQ(token.expires, base::parse_time("2027-01-15T09:00:00Z"));
}

TEST(GithubApp, LooksForTheInstallationOfARepository) {
  auto spec = app_spec();
  spec.fetch.installation_id.reset();
  spec.fetch.repository = "me/mine";
  const auto grant = grant_of(spec, github_app, key_material());
  const auto first = grant->begin(asked_at, nullptr);
  EXPECT_EQ(first.method + " " + first.url.target, "GET /repos/me/mine/installation");
  const auto step = grant->proceed(answer(R"({"id":77,"account":{}})"), 0, asked_at);
  ASSERT_TRUE(step);
  EXPECT_EQ(std::get<TokenRequest>(*step).url.target, "/app/installations/77/access_tokens");
  EXPECT_FALSE(grant->proceed(answer(R"({"id":"../x"})"), 0, asked_at));
  EXPECT_FALSE(grant->proceed(answer("{}", 404), 0, asked_at));
}

TEST(ServiceAccount, ExchangesASignedAssertion) {
  auto spec = account_spec();
  spec.fetch.scopes = {"a", "b"};
  const auto grant = grant_of(spec, service_account, material(account_key()));
  const auto request = grant->begin(asked_at, nullptr);
  EXPECT_EQ(request.url.origin() + request.url.target, "https://oauth2.googleapis.com/token");
  constexpr std::string_view before =
      "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=";
  ASSERT_TRUE(request.body.reveal().starts_with(before));
  const auto jwt = test::verify_jwt(request.body.reveal().substr(before.size()));
  EXPECT_TRUE(jwt.is_valid);
  EXPECT_EQ(jwt.header, R"({"alg":"RS256","typ":"JWT","kid":"k1"})");
  EXPECT_EQ(
      jwt.claims,
      R"({"iss":"robot@p.test","scope":"a b","aud":"https://oauth2.googleapis.com/token",)"
      R"("iat":1799999940,"exp":1800003540})");
}

TEST(ServiceAccount, AsksNoServerThatOnlyTheKeyNames) {
  const auto made = [](std::string_view token_uri, std::optional<std::string> token_url) {
    auto spec = account_spec();
    spec.fetch.token_url = std::move(token_url);
    return make_grant(spec, service_account, material(account_key(token_uri)));
  };
  const auto refused = made("https://evil.test/token", {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(
      refused.error().message,
      "credential `x`: the key names another token_uri than https://oauth2.googleapis.com/token");
  EXPECT_TRUE(made("https://mine.test/token", "https://mine.test/token"));
  EXPECT_FALSE(made("http://oauth2.googleapis.com/token", {}));
}

TEST(ServiceAccount, NeedsTheKeyOfOne) {
  for (const auto& key :
       {std::string("no json"), std::string("{}"), std::string(R"({"type":"authorized_user"})")})
    EXPECT_FALSE(make_grant(account_spec(), service_account, material(key))) << key;
}

TEST(Pocketbase, LogsInWithNameAndPassword) {
  const auto grant = grant_of(pocketbase_spec(), pocketbase, material("pass\"word"));
  EXPECT_EQ(
      text_of(grant->begin(asked_at, nullptr)),
      "POST https://base.test/pb/api/collections/users/auth-with-password\n"
      "Content-Type: application/json\n"
      R"({"identity":"me@a.test","password":"pass\"word"})");
}

TEST(Pocketbase, TokensEndWhenTheySaySo) {
  const auto grant = grant_of(pocketbase_spec(), pocketbase, material("password"));
  const auto expiry = [&](std::string_view body) {
    return std::get<FetchedToken>(*grant->proceed(answer(body), 0, asked_at)).expires;
  };
  EXPECT_EQ(
      expiry(R"({"token":"e30.eyJleHAiOjE4MDAwMDAwOTl9.sig","record":{}})"),  // {"exp":1800000099}
      base::WallTime(1'800'000'099s));
  EXPECT_EQ(expiry(R"({"token":"opaque"})"), asked_at + 1h);
}

TEST(Grant, SaysWhatItsConfigurationLacks) {
  const auto problem = [](const InjectorSpec& spec, CredentialType type) {
    const auto checked = check_fetching(spec, type);
    return checked ? "none" : checked.error().message;
  };
  auto spec = oauth2_spec();
  EXPECT_EQ(problem(spec, oauth2), "none");
  spec.fetch.token_url = "http://login.test/";
  EXPECT_EQ(problem(spec, oauth2), "its token_url is no https:// URL: it begins otherwise");
  spec.fetch.token_url.reset();
  EXPECT_EQ(problem(spec, oauth2), "it has no token_url");
  spec = oauth2_spec();
  spec.fetch.client_secret = {};
  EXPECT_EQ(problem(spec, oauth2), "it has neither a refresh_token nor a client_secret");
  spec = oauth2_spec();
  spec.source.env = "X";
  EXPECT_EQ(problem(spec, oauth2), "`source` is not for oauth2");
  spec = app_spec();
  spec.fetch.installation_id.reset();
  EXPECT_EQ(problem(spec, github_app), "it has neither an installation_id nor a repository");
  spec.fetch.repository = "../x";
  EXPECT_EQ(problem(spec, github_app), "its repository is not \"owner/name\"");
  spec = pocketbase_spec();
  spec.fetch.collection = "../x";
  EXPECT_EQ(problem(spec, pocketbase), "`../x` is no name of a collection");
}

TEST(Grant, NeedsAKeyThatIsOne) {
  const auto made = make_grant(app_spec(), github_app, material("no key"));
  ASSERT_FALSE(made);
  EXPECT_TRUE(made.error().message.starts_with("credential `x`: there is no private key"));
  EXPECT_EQ(made.error().message.find("no key\""), std::string::npos);
}

}  // namespace
}  // namespace secrets
