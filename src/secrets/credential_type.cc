// SPDX-License-Identifier: Apache-2.0
#include "secrets/credential_type.h"

#include <algorithm>
#include <array>

namespace secrets {
namespace {

struct TypeRow {
  CredentialType type;
  std::string_view name;
  std::span<const std::string_view> own_keys{};
  std::span<const std::string_view> idle_keys{};
};

constexpr std::array<std::string_view, 2> header_keys = {"header", "value_format"};
constexpr std::array<std::string_view, 2> basic_keys = {"username", "username_source"};
constexpr std::array<std::string_view, 2> query_keys = {"parameter", "value_format"};
constexpr std::array<std::string_view, 2> cookie_keys = {"cookie", "value_format"};
constexpr std::array<std::string_view, 4> aws_keys = {
    "region", "service", "access_key_id", "session_token"};
constexpr std::array<std::string_view, 2> mtls_keys = {"certificate", "passphrase"};
// What is about the request's own value, and about connections without TLS.
constexpr std::array<std::string_view, 4> idle_keys_of_mtls = {
    "dummy", "overwrite", "schemes", "allow_plaintext"};

constexpr std::array<std::string_view, 10> oauth2_keys = {
    "header",        "value_format", "token_url", "client_id", "client_secret",
    "refresh_token", "client_auth",  "scopes",    "audience",  "fetch_timeout"};
constexpr std::array<std::string_view, 8> github_app_keys = {
    "app_id",      "installation_id", "repository", "repositories",
    "permissions", "api_url",         "git_host",   "fetch_timeout"};
constexpr std::array<std::string_view, 3> service_account_keys = {
    "scopes", "token_url", "fetch_timeout"};
constexpr std::array<std::string_view, 5> pocketbase_keys = {
    "url", "collection", "username", "username_source", "fetch_timeout"};

constexpr std::array<std::string_view, 29> all_own_keys = {
    "header",     "value_format", "username",      "username_source", "parameter",
    "cookie",     "region",       "service",       "access_key_id",   "session_token",
    "token_url",  "client_id",    "client_secret", "refresh_token",   "client_auth",
    "scopes",     "audience",     "fetch_timeout", "app_id",          "installation_id",
    "repository", "repositories", "permissions",   "api_url",         "git_host",
    "url",        "collection",   "certificate",   "passphrase"};

constexpr std::array<TypeRow, 11> types = {{
    {.type = CredentialType::header, .name = "header", .own_keys = header_keys},
    {.type = CredentialType::bearer, .name = "bearer", .own_keys = {}},
    {.type = CredentialType::basic, .name = "basic", .own_keys = basic_keys},
    {.type = CredentialType::query, .name = "query", .own_keys = query_keys},
    {.type = CredentialType::cookie, .name = "cookie", .own_keys = cookie_keys},
    {.type = CredentialType::aws_sigv4, .name = "aws-sigv4", .own_keys = aws_keys},
    {.type = CredentialType::oauth2, .name = "oauth2", .own_keys = oauth2_keys},
    {.type = CredentialType::github_app, .name = "github-app", .own_keys = github_app_keys},
    {.type = CredentialType::service_account,
     .name = "gcp-service-account",
     .own_keys = service_account_keys},
    {.type = CredentialType::pocketbase, .name = "pocketbase", .own_keys = pocketbase_keys},
    {.type = CredentialType::mtls,
     .name = "mtls",
     .own_keys = mtls_keys,
     .idle_keys = idle_keys_of_mtls},
}};

const TypeRow& row_of(CredentialType type) { return types[static_cast<std::size_t>(type)]; }

}  // namespace

std::optional<CredentialType> credential_type_named(std::string_view name) {
  const auto* found = std::ranges::find(types, name, &TypeRow::name);
  if (found == types.end()) return std::nullopt;
  return found->type;
}

std::string_view name_of(CredentialType type) { return row_of(type).name; }

std::string names_of_credential_types() {
  std::string out;
  for (std::size_t i = 0; i < types.size(); ++i) {
    if (i > 0) out += i + 1 == types.size() ? " and " : ", ";
    out += types[i].name;
  }
  return out;
}

std::span<const std::string_view> own_keys_of(CredentialType type) { return row_of(type).own_keys; }

std::span<const std::string_view> keys_of_some_types() { return all_own_keys; }

std::span<const std::string_view> idle_keys_of(CredentialType type) {
  return row_of(type).idle_keys;
}

}  // namespace secrets
