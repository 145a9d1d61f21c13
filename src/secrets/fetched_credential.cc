// SPDX-License-Identifier: Apache-2.0
#include "secrets/fetched_credential.h"

namespace secrets {
namespace {

using base::Result;
using base::Secret;

/// Takes what a source has into `into`, or notes why there is nothing.
Result<> take(
    const Source& source,
    Secret& into,
    FoundGrant& found,
    const Environment& environment,
    const std::filesystem::path& home) {
  auto value = TRY(resolve(source, environment, home));
  if (value) into = *std::move(value);
  if (into.empty() && found.missing.empty()) found.missing = why_empty(source);
  return {};
}

/// Where git asks, unless another API was named, whose host may be anywhere.
std::string git_host_of(const FetchSpec& fetch) {
  if (fetch.git_host) return *fetch.git_host;
  return fetch.api_url ? std::string() : "github.com";
}

}  // namespace

Result<FoundGrant> find_grant_material(
    const InjectorSpec& spec,
    CredentialType type,
    const Environment& environment,
    const std::filesystem::path& home) {
  FoundGrant found;
  const auto& fetch = spec.fetch;
  auto& [secret, client_secret, username] = found.material;
  if (type != CredentialType::oauth2) {
    TRY_VOID(take(spec.source, secret, found, environment, home));
  } else if (fetch.refresh_token.configured()) {
    TRY_VOID(take(fetch.refresh_token, secret, found, environment, home));
    if (fetch.client_secret.configured())
      TRY_VOID(take(fetch.client_secret, client_secret, found, environment, home));
  } else {
    TRY_VOID(take(fetch.client_secret, secret, found, environment, home));
  }
  if (spec.username_source.configured())
    TRY_VOID(take(spec.username_source, username, found, environment, home));
  return found;
}

Result<std::vector<InjectorRule>> places_of_token(const InjectorSpec& spec, InjectorRule rule) {
  std::vector<InjectorRule> places;
  const bool has_git = rule.type() == CredentialType::github_app;
  places.push_back(std::move(rule));
  const auto git_host = has_git ? git_host_of(spec.fetch) : std::string();
  if (git_host.empty()) return places;
  InjectorSpec git{.name = spec.name, .enabled = true, .type = "basic", .host = git_host};
  git.dummy = spec.dummy;
  git.overwrite = spec.overwrite;
  git.origin = spec.origin;
  for (const auto path : preset_named("github-git")->paths)
    git.paths.emplace_back(path);
  places.push_back(TRY(InjectorRule::compile(git)));
  return places;
}

}  // namespace secrets
