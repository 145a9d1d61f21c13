// SPDX-License-Identifier: Apache-2.0
#pragma once
// OAuth 2.0 (RFC 6749): a refresh token for access tokens (section 6), or the client's own
// credentials (4.4).

#include <string>

#include "secrets/grant.h"

namespace secrets {

class Oauth2Grant final : public Grant {
public:
  /// How the client says who it is (RFC 6749, 2.3.1).
  enum class ClientAuth { basic, post };
  struct Form {
    TokenUrl url;
    std::string client_id;
    ClientAuth auth = ClientAuth::basic;
    std::string scope;     // with blanks between; empty: what the server gives
    std::string audience;  // empty: none
  };
  static base::Result<Form> form_of(const InjectorSpec& spec);

  /// Without a refresh token: client credentials. Without a secret: a public client.
  Oauth2Grant(Form form, base::Secret client_secret, base::Secret refresh_token);

  TokenRequest begin(base::WallTime now, const base::Secret* renewed) const override;
  base::Result<Step> proceed(
      const TokenAnswer& answer, unsigned number, base::WallTime now) const override;
  std::string login() const override { return login_; }
  const TokenUrl& server() const override { return form_.url; }
  std::vector<std::string_view> secrets() const override {
    return {client_secret_.reveal(), refresh_token_.reveal()};
  }

private:
  Form form_;
  base::Secret client_secret_;
  base::Secret refresh_token_;
  std::string login_;
};

}  // namespace secrets
