// SPDX-License-Identifier: Apache-2.0
#include "secrets/grant.h"

#include <fmt/format.h>

#include "secrets/github_app_grant.h"
#include "secrets/oauth2_grant.h"
#include "secrets/pocketbase_grant.h"
#include "secrets/service_account_grant.h"

namespace secrets {
namespace {

using base::Result;
using GrantPtr = std::shared_ptr<const Grant>;

constexpr std::chrono::milliseconds shortest_timeout{100};

Result<> without_value(const auto& form) {
  if (!form) return std::unexpected(form.error());
  return {};
}

Result<GrantPtr> make_oauth2(const InjectorSpec& spec, GrantMaterial material) {
  auto form = TRY(Oauth2Grant::form_of(spec));
  const bool refreshes = spec.fetch.refresh_token.configured();
  auto& client_secret = refreshes ? material.client_secret : material.secret;
  base::Secret refresh_token;
  if (refreshes) refresh_token = std::move(material.secret);
  return std::make_shared<const Oauth2Grant>(
      std::move(form), std::move(client_secret), std::move(refresh_token));
}

Result<GrantPtr> make_github_app(const InjectorSpec& spec, GrantMaterial material) {
  auto form = TRY(GithubAppGrant::form_of(spec));
  auto key = TRY(RsaKey::parse(material.secret));
  return std::make_shared<const GithubAppGrant>(
      std::move(form), std::move(key), std::move(material.secret));
}

Result<GrantPtr> make_service_account(const InjectorSpec& spec, GrantMaterial material) {
  auto form = TRY(ServiceAccountGrant::form_of(spec));
  return ServiceAccountGrant::create(std::move(form), std::move(material.secret));
}

Result<GrantPtr> make_pocketbase(const InjectorSpec& spec, GrantMaterial material) {
  auto form = TRY(PocketbaseGrant::form_of(spec));
  if (spec.username) material.username = base::Secret(*spec.username);
  return std::make_shared<const PocketbaseGrant>(
      std::move(form), std::move(material.username), std::move(material.secret));
}

Result<GrantPtr> make(const InjectorSpec& spec, CredentialType type, GrantMaterial material) {
  switch (type) {
    case CredentialType::github_app:
      return make_github_app(spec, std::move(material));
    case CredentialType::service_account:
      return make_service_account(spec, std::move(material));
    case CredentialType::pocketbase:
      return make_pocketbase(spec, std::move(material));
    default:
      return make_oauth2(spec, std::move(material));
  }
}

}  // namespace

bool is_fetched(CredentialType type) {
  return type == CredentialType::oauth2 || type == CredentialType::github_app ||
         type == CredentialType::service_account || type == CredentialType::pocketbase;
}

Result<> check_fetching(const InjectorSpec& spec, CredentialType type) {
  if (is_fetched(type) && spec.fetch.timeout < shortest_timeout)
    return base::fail(base::ErrorKind::invalid, "its fetch_timeout is less than 100ms");
  switch (type) {
    case CredentialType::oauth2:
      return without_value(Oauth2Grant::form_of(spec));
    case CredentialType::github_app:
      return without_value(GithubAppGrant::form_of(spec));
    case CredentialType::service_account:
      return without_value(ServiceAccountGrant::form_of(spec));
    case CredentialType::pocketbase:
      return without_value(PocketbaseGrant::form_of(spec));
    default:
      return {};
  }
}

Result<GrantPtr> make_grant(const InjectorSpec& spec, CredentialType type, GrantMaterial material) {
  auto grant = make(spec, type, std::move(material));
  if (grant) return grant;
  auto error = std::move(grant).error();
  error.message = fmt::format("credential `{}`: {}", spec.name, error.message);
  return std::unexpected(std::move(error));
}

std::optional<TokenUrl> own_server(const InjectorSpec& spec, CredentialType type) {
  if (type == CredentialType::github_app) {
    const auto form = GithubAppGrant::form_of(spec);
    if (form) return form->api;
  }
  if (type == CredentialType::pocketbase) {
    const auto form = PocketbaseGrant::form_of(spec);
    if (form) return form->url;
  }
  return std::nullopt;
}

}  // namespace secrets
