// SPDX-License-Identifier: Apache-2.0
#include "flow/own_credential.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "flow/basic_login.h"
#include "secrets/dummy.h"

namespace flow {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::array field_names{
    "authorization"sv,  "cookie"sv,         "proxy-authorization"sv, "x-api-key"sv,
    "api-key"sv,        "apikey"sv,         "x-goog-api-key"sv,      "x-auth-token"sv,
    "x-access-token"sv, "private-token"sv,  "job-token"sv,           "deploy-token"sv,
    "x-auth-key"sv,     "x-github-token"sv, "x-gitlab-token"sv,      "x-vault-token"sv,
    "x-figma-token"sv,  "dd-api-key"sv,     "x-amz-security-token"sv};

constexpr std::array parameter_names{
    "access_token"sv,
    "api_key"sv,
    "apikey"sv,
    "api-key"sv,
    "key"sv,
    "token"sv,
    "auth"sv,
    "private_token"sv,
    "client_secret"sv,
    "password"sv,
    "sig"sv,
    "signature"sv,
    "x-amz-signature"sv,
    "x-amz-credential"sv,
    "x-goog-signature"sv,
    "x-goog-credential"sv,
    "awsaccesskeyid"sv,
    "googleaccessid"sv};

bool among(const auto& names, std::string_view name) {
  return std::ranges::any_of(
      names, [&](std::string_view known) { return base::iequals(known, name); });
}

class Look {
public:
  Look(const Flow& flow, const secrets::Injectors& injectors, const secrets::Placeholders& holders)
      : placeholders_(holders), injector_(injectors.find(flow.target())) {}

  bool is_own(const http::Field& field) const {
    if (field.value.empty() || !among(field_names, field.name)) return false;
    const auto login = read_basic_login(field);
    return !is_ours(field.value) && !(login && is_ours(*login));
  }

  /// The name of the first parameter that carries one; empty when none does.
  std::string own_parameter(std::string_view query) const {
    while (!query.empty()) {
      const auto parameter = query.substr(0, query.find('&'));
      query.remove_prefix(std::min(parameter.size() + 1, query.size()));
      const auto equals = std::min(parameter.find('='), parameter.size());
      const auto name = parameter.substr(0, equals);
      const auto value = parameter.substr(std::min(equals + 1, parameter.size()));
      if (!value.empty() && among(parameter_names, name) && !is_ours(value))
        return std::string(name);
    }
    return {};
  }

private:
  bool is_ours(std::string_view value) const {
    if (placeholders_.needles().find(value, 0)) return true;
    return injector_ != nullptr && secrets::carries_dummy(value, injector_->rule().dummy());
  }

  const secrets::Placeholders& placeholders_;
  const secrets::Injector* injector_;
};

}  // namespace

std::string own_credential_in(
    const Flow& flow,
    const secrets::Injectors& injectors,
    const secrets::Placeholders& placeholders) {
  const Look look(flow, injectors, placeholders);
  for (const auto& field : flow.request.fields)
    if (look.is_own(field)) return "header:" + base::lower(field.name);
  const std::string parameter = look.own_parameter(flow.query.value_or(""));
  return parameter.empty() ? std::string() : "query:" + parameter;
}

}  // namespace flow
