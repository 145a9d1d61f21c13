// SPDX-License-Identifier: Apache-2.0
#include "secrets/mechanism.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/text.h"
#include "secrets/aws_signature.h"
#include "secrets/client_certificate.h"
#include "secrets/in_cookie.h"
#include "secrets/in_field.h"
#include "secrets/in_query.h"
#include "secrets/injector_rule.h"
#include "secrets/scrub.h"
#include "secrets/value_format.h"

namespace secrets {
namespace {

using base::ErrorKind;
using base::Result;
using base::Secret;
using MechanismPtr = std::unique_ptr<const Mechanism>;

std::unexpected<base::Error> fail_value(
    const InjectorRule& rule, std::string_view what, std::string_view hint) {
  return base::fail(
      ErrorKind::invalid, fmt::format("credential `{}`: {}", rule.name(), what), std::string(hint));
}

bool has_control_character(std::string_view value) {
  return std::ranges::any_of(value, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

/// What cookies may hold (RFC 6265, 4.1.1).
bool fits_cookie(std::string_view value) {
  return std::ranges::all_of(value, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte < 0x7F && !std::string_view("\",;\\").contains(c);
  });
}

Result<> check_length(const InjectorRule& rule, std::string_view secret) {
  if (secret.size() >= shortest_secret) return {};
  return fail_value(
      rule, fmt::format("its value has fewer than {} characters", shortest_secret),
      "give a longer one: so short a value could not be kept out of responses");
}

Result<> check_characters(const InjectorRule& rule, std::string_view value) {
  if (!has_control_character(value)) return {};
  return fail_value(
      rule, "its value holds a line break or another control character",
      "a request cannot carry it; check the source for stray bytes");
}

/// What is written, and what must not come back: the token, or all when the format has no token.
struct Written {
  Secret value;
  Secret hidden;
};

Result<Written> write(const InjectorRule& rule, const Secret& token) {
  Written out{.value = render(rule.value_format(), token), .hidden = {}};
  out.hidden = takes_token(rule.value_format()) ? token.clone() : out.value.clone();
  TRY_VOID(check_length(rule, out.hidden.reveal()));
  TRY_VOID(check_characters(rule, out.value.reveal()));
  return out;
}

InField::Form field_form(const InjectorRule& rule) {
  return {.header = rule.slot().name, .dummy = rule.dummy(), .overwrites = rule.overwrites()};
}

Result<MechanismPtr> make_field(const InjectorRule& rule, const Material& material) {
  auto written = TRY(write(rule, material.token));
  std::vector<Secret> hidden;
  hidden.push_back(std::move(written.hidden));
  return std::make_unique<const InField>(
      field_form(rule), std::move(written.value), std::move(hidden));
}

Result<MechanismPtr> make_basic(const InjectorRule& rule, Material material) {
  if (material.username.empty()) material.username = Secret(rule.username());
  const auto username = material.username.reveal();
  const auto password = material.token.reveal();
  TRY_VOID(check_length(rule, password));
  TRY_VOID(check_characters(rule, password));
  TRY_VOID(check_characters(rule, username));
  if (username.contains(':'))
    return fail_value(rule, "its user name holds a colon", "`Basic` would end the name there");
  std::string login;
  login.reserve(username.size() + 1 + password.size());
  login.append(username).append(":").append(password);
  std::string encoded = base::to_base64(login);
  Secret field(encoded);
  Secret value = render("Basic {token}", field);
  base::wipe(login.data(), login.size());
  base::wipe(encoded.data(), encoded.size());
  std::vector<Secret> hidden;
  hidden.push_back(std::move(material.token));
  if (material.username_is_secret) hidden.push_back(std::move(material.username));
  hidden.push_back(std::move(field));  // in the encoded text a short password cannot be recognised
  return std::make_unique<const InField>(field_form(rule), std::move(value), std::move(hidden));
}

Result<MechanismPtr> make_query(const InjectorRule& rule, const Material& material) {
  auto written = TRY(write(rule, material.token));
  InQuery::Form form{
      .parameter = rule.slot().name, .dummy = rule.dummy(), .overwrites = rule.overwrites()};
  return std::make_unique<const InQuery>(
      std::move(form), std::move(written.value), std::move(written.hidden));
}

Result<MechanismPtr> make_cookie(const InjectorRule& rule, const Material& material) {
  auto written = TRY(write(rule, material.token));
  if (!fits_cookie(written.value.reveal())) {
    return fail_value(
        rule, "its value holds a character that a cookie cannot carry",
        "blanks, quotes, commas, semicolons and backslashes have to be encoded as the server wants "
        "it");
  }
  InCookie::Form form{
      .cookie = rule.slot().name, .dummy = rule.dummy(), .overwrites = rule.overwrites()};
  return std::make_unique<const InCookie>(
      std::move(form), std::move(written.value), std::move(written.hidden));
}

Result<MechanismPtr> make_aws(const InjectorRule& rule, Material material) {
  for (const auto* part : {&material.token, &material.access_key_id, &material.session_token})
    TRY_VOID(check_characters(rule, part->reveal()));
  TRY_VOID(check_length(rule, material.token.reveal()));
  TRY_VOID(check_length(rule, material.access_key_id.reveal()));
  const auto is_of_key_id = [](char c) { return c > ' ' && !std::string_view("/,").contains(c); };
  if (!std::ranges::all_of(material.access_key_id.reveal(), is_of_key_id)) {
    return fail_value(
        rule, "its access key id holds a character that none has",
        "give the id as `aws iam list-access-keys` shows it");
  }
  AwsSignature::Form form{
      .region = rule.region(),
      .service = rule.service(),
      .dummy = rule.dummy(),
      .overwrites = rule.overwrites()};
  return std::make_unique<const AwsSignature>(
      std::move(form), std::move(material.access_key_id), std::move(material.token),
      std::move(material.session_token));
}

Result<MechanismPtr> make_certificate(const InjectorRule& rule, const Material& material) {
  const auto& certificates = material.certificate.empty() ? material.token : material.certificate;
  auto identity = tls::ClientIdentity::from_pem(certificates, material.token, material.passphrase);
  if (!identity) return fail_value(rule, identity.error().message, identity.error().hint);
  return std::make_unique<const ClientCertificate>(*std::move(identity));
}

}  // namespace

Result<MechanismPtr> make_mechanism(const InjectorRule& rule, Material material) {
  switch (rule.type()) {
    case CredentialType::basic:
      return make_basic(rule, std::move(material));
    case CredentialType::query:
      return make_query(rule, material);
    case CredentialType::cookie:
      return make_cookie(rule, material);
    case CredentialType::aws_sigv4:
      return make_aws(rule, std::move(material));
    case CredentialType::mtls:
      return make_certificate(rule, material);
    case CredentialType::header:
    case CredentialType::bearer:
    case CredentialType::oauth2:
    case CredentialType::github_app:
    case CredentialType::service_account:
    case CredentialType::pocketbase:
      break;
  }
  return make_field(rule, material);
}

}  // namespace secrets
