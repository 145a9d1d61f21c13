// SPDX-License-Identifier: Apache-2.0
#include "secrets/service_account_grant.h"

#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"
#include "secrets/json_member.h"
#include "secrets/token_answer.h"
#include "secrets/token_body.h"

namespace secrets {
namespace {

using base::ErrorKind;
using base::Result;
using base::Secret;

constexpr std::string_view google = "https://oauth2.googleapis.com/token";
constexpr std::string_view default_scope = "https://www.googleapis.com/auth/cloud-platform";
constexpr std::string_view grant_type = "urn:ietf:params:oauth:grant-type:jwt-bearer";
constexpr std::chrono::seconds lifetime_of_assertion{3600};  // an hour at most

Result<Secret> member(const Secret& key, std::string_view name) {
  auto found = json_member(key.reveal(), name);
  if (!found)
    return base::fail(
        ErrorKind::invalid, "its source is not the key of a service account (JSON)",
        "give it the file that `gcloud iam service-accounts keys create` writes");
  if (*found) return **std::move(found);
  return base::fail(ErrorKind::invalid, fmt::format("the service account's key has no {}", name));
}

}  // namespace

Result<ServiceAccountGrant::Form> ServiceAccountGrant::form_of(const InjectorSpec& spec) {
  const auto& fetch = spec.fetch;
  auto url = TRY(parse_token_url(fetch.token_url.value_or(std::string(google)), "token_url"));
  return Form{
      .url = std::move(url),
      .scope = fetch.scopes.empty() ? std::string(default_scope) : base::join(fetch.scopes, " ")};
}

Result<std::shared_ptr<const Grant>> ServiceAccountGrant::create(Form form, Secret key) {
  const auto type = TRY(member(key, "type"));
  if (!type.equals("service_account"))
    return base::fail(ErrorKind::invalid, "its source is the key of something else");
  const auto written = TRY(member(key, "token_uri"));
  const auto url = parse_token_url(written.reveal(), "token_uri");
  if (!url || *url != form.url)
    return base::fail(
        ErrorKind::denied,
        "the key names another token_uri than " + form.url.origin() + form.url.target,
        "if that server is to get what the key signs, name it with `token_url`");
  Account account{.audience = std::string(written.reveal())};
  account.email = TRY(member(key, "client_email")).reveal();
  account.key_id = TRY(member(key, "private_key_id")).reveal();
  auto private_key = TRY(member(key, "private_key"));
  auto parsed = TRY(RsaKey::parse(private_key));
  return std::shared_ptr<const Grant>(new ServiceAccountGrant(
      std::move(form), std::move(account), std::move(parsed), std::move(private_key)));
}

TokenRequest ServiceAccountGrant::begin(base::WallTime now, const Secret*) const {
  const auto issued = now - backdated;
  const auto claims = fmt::format(
      R"({{"iss":{},"scope":{},"aud":{},"iat":{},"exp":{}}})", base::to_json_string(account_.email),
      base::to_json_string(form_.scope), base::to_json_string(account_.audience),
      seconds_of(issued), seconds_of(issued + lifetime_of_assertion));
  const auto assertion = signed_jwt(claims, key_, account_.key_id);
  TokenRequest request{.url = form_.url};
  FormBody body;
  body.add("grant_type", grant_type).add("assertion", assertion.reveal());
  std::move(body).move_to(request);
  return request;
}

Result<Grant::Step> ServiceAccountGrant::proceed(
    const TokenAnswer& answer, unsigned, base::WallTime now) const {
  return TRY(read_oauth2_answer(answer, now));
}

}  // namespace secrets
