// SPDX-License-Identifier: Apache-2.0
#pragma once
// A service account of Google Cloud: its key signs an assertion (RFC 7523, 2.1) that is exchanged
// for an access token.

#include <string>

#include "secrets/grant.h"
#include "secrets/jwt.h"

namespace secrets {

class ServiceAccountGrant final : public Grant {
public:
  struct Form {
    TokenUrl url;  // the only server that is asked, whatever the key says
    std::string scope;
  };
  static base::Result<Form> form_of(const InjectorSpec& spec);

  /// `key` is the JSON file that Google gives out.
  static base::Result<std::shared_ptr<const Grant>> create(Form form, base::Secret key);

  TokenRequest begin(base::WallTime now, const base::Secret* renewed) const override;
  base::Result<Step> proceed(
      const TokenAnswer& answer, unsigned number, base::WallTime now) const override;
  const TokenUrl& server() const override { return form_.url; }
  std::vector<std::string_view> secrets() const override { return {private_key_.reveal()}; }

private:
  struct Account {
    std::string email;
    std::string audience;  // the URL as the key writes it
    std::string key_id;
  };
  ServiceAccountGrant(Form form, Account account, RsaKey key, base::Secret private_key)
      : form_(std::move(form)),
        account_(std::move(account)),
        key_(std::move(key)),
        private_key_(std::move(private_key)) {}

  Form form_;
  Account account_;
  RsaKey key_;
  base::Secret private_key_;  // in PEM
};

}  // namespace secrets
