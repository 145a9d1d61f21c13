// SPDX-License-Identifier: Apache-2.0
#include "secrets/oauth2_grant.h"

#include "base/encoding.h"
#include "base/text.h"
#include "secrets/percent.h"
#include "secrets/token_answer.h"
#include "secrets/token_body.h"

namespace secrets {
namespace {

using base::ErrorKind;
using base::Result;
using base::Secret;

/// Both parts are encoded as in a form before they are joined (RFC 6749, 2.3.1).
Secret basic_login(std::string_view client_id, const Secret& client_secret) {
  std::string login = percent_encode(client_id) + ":";
  std::string password = percent_encode(client_secret.reveal());
  login.reserve(login.size() + password.size());
  login += password;
  std::string encoded = base::to_base64(login);
  Secret out(encoded);
  for (auto* text : {&login, &password, &encoded})
    base::wipe(text->data(), text->size());
  return out;
}

/// The same for every session that begins with the same refresh token, and another one after a new
/// login.
std::string name_of_login(const Oauth2Grant::Form& form, const Secret& refresh_token) {
  if (refresh_token.empty()) return {};
  constexpr std::size_t digits = 32;
  const std::string client = form.url.origin() + form.url.target + "\n" + form.client_id;
  return base::to_hex(base::hmac_sha256(refresh_token.reveal(), client)).substr(0, digits);
}

}  // namespace

Result<Oauth2Grant::Form> Oauth2Grant::form_of(const InjectorSpec& spec) {
  const auto& fetch = spec.fetch;
  if (spec.source.configured())
    return base::fail(
        ErrorKind::invalid, "`source` is not for oauth2",
        "name the two secrets with `client_secret` and `refresh_token`");
  if (!fetch.token_url)
    return base::fail(ErrorKind::invalid, "it has no token_url", "name it with `token_url`");
  auto url = TRY(parse_token_url(*fetch.token_url, "token_url"));
  if (!fetch.client_id)
    return base::fail(ErrorKind::invalid, "it has no client_id", "name it with `client_id`");
  if (!fetch.refresh_token.configured() && !fetch.client_secret.configured())
    return base::fail(
        ErrorKind::invalid, "it has neither a refresh_token nor a client_secret",
        "give it the source of a refresh token, or of a client's secret for client credentials");
  const bool post = fetch.client_auth == "post";
  return Form{
      .url = std::move(url),
      .client_id = *fetch.client_id,
      .auth = post ? ClientAuth::post : ClientAuth::basic,
      .scope = base::join(fetch.scopes, " "),
      .audience = fetch.audience.value_or("")};
}

Oauth2Grant::Oauth2Grant(Form form, Secret client_secret, Secret refresh_token)
    : form_(std::move(form)),
      client_secret_(std::move(client_secret)),
      refresh_token_(std::move(refresh_token)),
      login_(name_of_login(form_, refresh_token_)) {}

TokenRequest Oauth2Grant::begin(base::WallTime, const Secret* renewed) const {
  TokenRequest request{.url = form_.url};
  FormBody body;
  if (refresh_token_.empty()) {
    body.add("grant_type", "client_credentials");
  } else {
    const Secret& token = renewed != nullptr ? *renewed : refresh_token_;
    body.add("grant_type", "refresh_token").add("refresh_token", token.reveal());
  }
  body.add("scope", form_.scope).add("audience", form_.audience);
  if (form_.auth == ClientAuth::basic && !client_secret_.empty()) {
    request.fields.push_back(authorization("Basic", basic_login(form_.client_id, client_secret_)));
  } else {
    body.add("client_id", form_.client_id).add("client_secret", client_secret_.reveal());
  }
  std::move(body).move_to(request);
  return request;
}

Result<Grant::Step> Oauth2Grant::proceed(
    const TokenAnswer& answer, unsigned, base::WallTime now) const {
  return TRY(read_oauth2_answer(answer, now));
}

}  // namespace secrets
