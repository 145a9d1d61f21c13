// SPDX-License-Identifier: Apache-2.0
#include "flow/presented_token.h"

#include <algorithm>

#include "base/text.h"
#include "flow/basic_login.h"
#include "flow/token_text.h"
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

std::optional<std::string> token_in_signature(std::string_view value) {
  const auto parameters = credentials_of(value, "AWS4-HMAC-SHA256");
  constexpr std::string_view credential = "Credential=";
  const auto at = parameters ? parameters->find(credential) : std::string_view::npos;
  if (at == std::string_view::npos) return std::nullopt;
  const auto scope = parameters->substr(at + credential.size());
  return if_token(scope.substr(0, scope.find('/')));
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

}  // namespace flow
