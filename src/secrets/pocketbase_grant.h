// SPDX-License-Identifier: Apache-2.0
#pragma once
// PocketBase: a record of a collection logs in with its name and password, and gets a JWT.

#include <string>

#include "secrets/grant.h"

namespace secrets {

class PocketbaseGrant final : public Grant {
public:
  struct Form {
    TokenUrl url;  // of the server
    std::string collection;
  };
  static base::Result<Form> form_of(const InjectorSpec& spec);

  PocketbaseGrant(Form form, base::Secret identity, base::Secret password)
      : form_(std::move(form)), identity_(std::move(identity)), password_(std::move(password)) {}

  TokenRequest begin(base::WallTime now, const base::Secret* renewed) const override;
  /// The token's own `exp` says when it ends; without one it is taken to live for an hour.
  base::Result<Step> proceed(
      const TokenAnswer& answer, unsigned number, base::WallTime now) const override;
  const TokenUrl& server() const override { return form_.url; }
  std::vector<std::string_view> secrets() const override { return {password_.reveal()}; }

private:
  Form form_;
  base::Secret identity_;
  base::Secret password_;
};

}  // namespace secrets
