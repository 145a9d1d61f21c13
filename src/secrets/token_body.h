// SPDX-License-Identifier: Apache-2.0
#pragma once
// The bodies of requests for tokens: a form, or a flat object of JSON.

#include <string_view>

#include "base/secret.h"
#include "secrets/token_request.h"

namespace secrets {

/// application/x-www-form-urlencoded, of pairs that are not empty.
class FormBody {
public:
  FormBody& add(std::string_view name, std::string_view value);
  /// Gives it to a request, with the field that says what it is.
  void move_to(TokenRequest& request) &&;

private:
  base::SecretBuilder text_;
};

/// Gives a JSON text to a request, with the field that says what it is.
void set_json(TokenRequest& request, base::Secret json);

/// `"name":"value"`, for a JSON text.
void append_member(base::SecretBuilder& out, std::string_view name, std::string_view value);

/// "Authorization: SCHEME VALUE"
TokenRequest::Field authorization(std::string_view scheme, const base::Secret& value);

}  // namespace secrets
