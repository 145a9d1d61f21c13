// SPDX-License-Identifier: Apache-2.0
#pragma once
// The shapes that a credential can have.

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace secrets {

enum class CredentialType {
  header,     // any field: `header`, `value_format`
  bearer,     // Authorization: Bearer TOKEN (RFC 6750)
  basic,      // Authorization: Basic USER:TOKEN (RFC 7617)
  query,      // a parameter of the URL
  cookie,     // one cookie among those of the program
  aws_sigv4,  // AWS Signature Version 4
  // Those whose token is fetched (grant.h), for the field Authorization:
  oauth2,
  github_app,
  service_account,  // of Google Cloud
  pocketbase,
  mtls,  // a client certificate (RFC 8446, 4.4.2): the connection has it, not the request
};

std::optional<CredentialType> credential_type_named(std::string_view name);
std::string_view name_of(CredentialType type);
/// "header, bearer and basic"
std::string names_of_credential_types();

/// The configuration keys that only some types use, and that this one does. Every other key is for
/// all of them.
std::span<const std::string_view> own_keys_of(CredentialType type);
/// All keys that are own keys of some type.
std::span<const std::string_view> keys_of_some_types();
/// The keys for all types that mean nothing to this one.
std::span<const std::string_view> idle_keys_of(CredentialType type);

}  // namespace secrets
