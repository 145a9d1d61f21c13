// SPDX-License-Identifier: Apache-2.0
#pragma once
// A GitHub App: it signs with its private key that it is the app, and gets a token of one of its
// installations for that, which lives for an hour.

#include <string>

#include "secrets/grant.h"
#include "secrets/jwt.h"

namespace secrets {

class GithubAppGrant final : public Grant {
public:
  struct Form {
    TokenUrl api;
    std::string app_id;           // or its client id
    std::string installation_id;  // empty: that of `repository`
    std::string repository;       // "owner/name"
    std::string wish;             // JSON: which repositories and permissions; empty: all it has
  };
  static base::Result<Form> form_of(const InjectorSpec& spec);

  GithubAppGrant(Form form, RsaKey key, base::Secret pem)
      : form_(std::move(form)), key_(std::move(key)), pem_(std::move(pem)) {}

  TokenRequest begin(base::WallTime now, const base::Secret* renewed) const override;
  base::Result<Step> proceed(
      const TokenAnswer& answer, unsigned number, base::WallTime now) const override;
  const TokenUrl& server() const override { return form_.api; }
  std::vector<std::string_view> secrets() const override { return {pem_.reveal()}; }

private:
  TokenRequest ask(std::string method, std::string_view path, base::WallTime now) const;
  TokenRequest ask_for_token(std::string_view installation, base::WallTime now) const;

  Form form_;
  RsaKey key_;
  base::Secret pem_;
};

}  // namespace secrets
