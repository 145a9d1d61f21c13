// SPDX-License-Identifier: Apache-2.0
#include "secrets/github_app_grant.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "secrets/token_answer.h"
#include "secrets/token_body.h"

namespace secrets {
namespace {

using base::ErrorKind;
using base::Result;
using base::Secret;

constexpr std::string_view default_api = "https://api.github.com";
// GitHub takes ten minutes at most, by its own clock.
constexpr std::chrono::seconds lifetime_of_app_jwt{540};

bool is_name(std::string_view text) {
  return !text.empty() && text != "." && text != ".." && std::ranges::all_of(text, [](char c) {
    return base::is_alpha(c) || base::is_digit(c) || std::string_view("-_.").contains(c);
  });
}

/// "owner/name"
bool is_repository(std::string_view text) {
  const auto slash = text.find('/');
  return slash != std::string_view::npos && is_name(text.substr(0, slash)) &&
         is_name(text.substr(slash + 1));
}

bool is_number(std::string_view text) { return base::parse_number(text).has_value(); }

/// The body of the request for a token, as GitHub's REST API has it.
std::string wish_of(const FetchSpec& fetch) {
  std::string out;
  for (const auto& name : fetch.repositories)
    out += (out.empty() ? "" : ",") + base::to_json_string(name);
  if (!out.empty()) out = R"("repositories":[)" + out + "]";
  std::string permissions;
  for (const auto& [name, level] : fetch.permissions)
    permissions += (permissions.empty() ? "" : ",") + base::to_json_string(name) + ":" +
                   base::to_json_string(level);
  if (!permissions.empty())
    out += (out.empty() ? "" : ",") + (R"("permissions":{)" + permissions + "}");
  return out.empty() ? out : "{" + out + "}";
}

}  // namespace

Result<GithubAppGrant::Form> GithubAppGrant::form_of(const InjectorSpec& spec) {
  const auto& fetch = spec.fetch;
  auto api = TRY(parse_token_url(fetch.api_url.value_or(std::string(default_api)), "api_url"));
  if (!fetch.app_id)
    return base::fail(
        ErrorKind::invalid, "it has no app_id", "it stands in the settings of the app");
  if (!fetch.installation_id && !fetch.repository)
    return base::fail(
        ErrorKind::invalid, "it has neither an installation_id nor a repository",
        "name the installation, or with `repository = \"owner/name\"` one of its repositories");
  if (fetch.installation_id && !is_number(*fetch.installation_id))
    return base::fail(ErrorKind::invalid, "its installation_id is no number");
  if (fetch.repository && !is_repository(*fetch.repository))
    return base::fail(ErrorKind::invalid, "its repository is not \"owner/name\"");
  if (!std::ranges::all_of(fetch.repositories, is_name))
    return base::fail(ErrorKind::invalid, "its repositories have to be names without their owner");
  return Form{
      .api = std::move(api),
      .app_id = *fetch.app_id,
      .installation_id = fetch.installation_id.value_or(""),
      .repository = fetch.repository.value_or(""),
      .wish = wish_of(fetch)};
}

TokenRequest GithubAppGrant::ask(
    std::string method, std::string_view path, base::WallTime now) const {
  const auto claims = fmt::format(
      R"({{"iat":{},"exp":{},"iss":{}}})", seconds_of(now - backdated),
      seconds_of(now + lifetime_of_app_jwt), base::to_json_string(form_.app_id));
  TokenRequest request{.method = std::move(method), .url = below(form_.api, path)};
  request.fields.push_back(authorization("Bearer", signed_jwt(claims, key_)));
  request.fields.push_back({.name = "Accept", .value = Secret("application/vnd.github+json")});
  request.fields.push_back({.name = "X-GitHub-Api-Version", .value = Secret("2022-11-28")});
  return request;
}

TokenRequest GithubAppGrant::ask_for_token(
    std::string_view installation, base::WallTime now) const {
  auto request = ask("POST", fmt::format("/app/installations/{}/access_tokens", installation), now);
  if (!form_.wish.empty()) set_json(request, Secret(form_.wish));
  return request;
}

TokenRequest GithubAppGrant::begin(base::WallTime now, const Secret*) const {
  if (!form_.installation_id.empty()) return ask_for_token(form_.installation_id, now);
  return ask("GET", "/repos/" + form_.repository + "/installation", now);
}

Result<Grant::Step> GithubAppGrant::proceed(
    const TokenAnswer& answer, unsigned number, base::WallTime now) const {
  TRY_VOID(check_success(answer));
  if (form_.installation_id.empty() && number == 0) {
    const auto id = TRY(required_member(answer, "id"));
    if (!is_number(id.reveal()))
      return base::fail(ErrorKind::invalid, "the id of its answer is no number");
    return ask_for_token(id.reveal(), now);
  }
  FetchedToken out{.token = TRY(token_member(answer, "token"))};
  const auto expiry = TRY(required_member(answer, "expires_at"));
  const auto expires = base::parse_time(expiry.reveal());
  if (!expires) return base::fail(ErrorKind::invalid, "the expires_at of its answer is no time");
  out.expires = *expires;
  return out;
}

}  // namespace secrets
