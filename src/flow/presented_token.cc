// SPDX-License-Identifier: Apache-2.0
#include "flow/presented_token.h"

#include <algorithm>

#include "base/text.h"
#include "flow/basic_login.h"
#include "flow/token_text.h"
#include "secrets/percent.h"
#include "secrets/sigv4.h"
#include "tokens/token.h"

namespace flow {
namespace {

/// What comes after the scheme of credentials; nullopt when they have another.
std::optional<std::string_view> credentials_of(std::string_view value, std::string_view scheme) {
  const auto end = value.find_first_of(" \t");
  if (end == std::string_view::npos || !base::iequals(value.substr(0, end), scheme))
    return std::nullopt;
  return base::trim(value.substr(end));
}

std::optional<std::string> if_token(std::string_view text) {
  return text.starts_with(tokens::prefix) ? std::optional(std::string(text)) : std::nullopt;
}

std::optional<std::string> token_in_login(const http::Field& field) {
  const auto login = read_basic_login(field);
  if (!login) return std::nullopt;
  const auto colon = std::min(login->find(':'), login->size());
  const std::string_view user = std::string_view(*login).substr(0, colon);
  const std::string_view password =
      std::string_view(*login).substr(std::min(colon + 1, login->size()));
  return password.starts_with(tokens::prefix) ? if_token(password) : if_token(user);
}

/// The access key of "KEY/20150830/eu-west-1/s3/aws4_request".
std::string_view access_key_of(std::string_view credential) {
  return credential.substr(0, credential.find('/'));
}

/// Where the first credential begins in "Credential=…, SignedHeaders=…, Signature=…"; npos when
/// there is none.
std::size_t find_credential(std::string_view parameters) {
  constexpr std::string_view name = "Credential=";
  for (auto at = parameters.find(name); at != std::string_view::npos;
       at = parameters.find(name, at + 1)) {
    const auto before = base::trim(parameters.substr(0, at));
    if (before.empty() || before.ends_with(',')) return at + name.size();
  }
  return std::string_view::npos;
}

std::optional<std::string> token_in_signature(std::string_view value) {
  const auto parameters = credentials_of(value, secrets::sigv4::algorithm);
  const auto at = parameters ? find_credential(*parameters) : std::string_view::npos;
  if (at == std::string_view::npos) return std::nullopt;
  return if_token(access_key_of(parameters->substr(at)));
}

}  // namespace

bool holds_token(std::string_view text) {
  for (auto at = text.find(tokens::prefix); at != std::string_view::npos;
       at = text.find(tokens::prefix, at + 1)) {
    if (token_run(text.substr(at + tokens::prefix.size())) >= shortest_token_run) return true;
  }
  return false;
}

std::optional<std::string> token_in(const http::Field& field) {
  const std::string_view value = base::trim(field.value);
  if (value.starts_with(tokens::prefix)) return std::string(value);
  if (!base::iequals(field.name, "authorization")) return std::nullopt;
  for (const auto* scheme : {"bearer", "token"})
    if (const auto credentials = credentials_of(value, scheme)) return if_token(*credentials);
  if (auto token = token_in_signature(value)) return token;
  return token_in_login(field);
}

std::optional<TakenSigner> take_signer(const http::Field& field, std::string_view key_id) {
  if (!base::iequals(field.name, "authorization")) return std::nullopt;
  const std::string_view value = base::trim(field.value);
  auto token = token_in_signature(value);
  if (!token) return std::nullopt;
  const auto parameters = credentials_of(value, secrets::sigv4::algorithm).value();
  const auto at = find_credential(parameters);
  // Written as whoever signs anew reads it, however the program spelt it.
  std::string text(secrets::sigv4::algorithm);
  text.append(" ").append(parameters.substr(0, at)).append(key_id);
  text.append(parameters.substr(at + token->size()));
  return TakenSigner{.token = *std::move(token), .text = std::move(text)};
}

std::optional<TakenSigner> take_signer(std::string_view parameter, std::string_view key_id) {
  const auto equals = parameter.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  const auto name = parameter.substr(0, equals);
  if (!base::iequals(secrets::percent_decode_form(name), "X-Amz-Credential")) return std::nullopt;
  const auto credential = secrets::percent_decode_form(parameter.substr(equals + 1));
  auto token = if_token(access_key_of(credential));
  if (!token) return std::nullopt;
  const auto other = std::string(key_id) + credential.substr(token->size());
  return TakenSigner{
      .token = *std::move(token), .text = std::string(name) + "=" + secrets::percent_encode(other)};
}

}  // namespace flow
