// SPDX-License-Identifier: Apache-2.0
#pragma once
// [proxy.credentials.<name>] as it was written; what was not written comes from the preset or the
// default.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/origin.h"
#include "base/result.h"
#include "secrets/credential_type.h"
#include "secrets/fetch_spec.h"
#include "secrets/presets.h"
#include "secrets/source.h"

namespace secrets {

struct InjectorSpec {
  std::string name;
  bool enabled = false;
  std::optional<std::string> preset{};  // see preset_of
  std::optional<std::string> type{};
  std::optional<std::string> host{};  // exact, or a glob when it has any of * ? [ {
  std::optional<std::string> header{};
  std::optional<std::string> parameter{};     // of `query`
  std::optional<std::string> cookie{};        // of `cookie`: its name
  std::optional<std::string> value_format{};  // "{token}" stands for the secret; default "{token}"
  std::optional<std::string> username{};      // of `basic`
  std::optional<std::string> region{};        // of `aws-sigv4`
  std::optional<std::string> service{};       // of `aws-sigv4`
  std::optional<std::string> dummy{};         // what gives way without `overwrite` (dummy.h)
  std::optional<std::vector<std::string>> env{};  // variables that hold the dummy inside
  bool overwrite = false;
  Source source{};  // the token, the password, the secret access key, the private key
  Source username_source{};
  Source access_key_id{};
  Source session_token{};
  FetchSpec fetch{};     // of the types whose token is fetched
  Source certificate{};  // of `mtls`; none: it stands beside the private key
  Source passphrase{};   // of `mtls`: the private key's
  bool allow_plaintext = false;
  std::vector<std::string> schemes{};  // default: https, and http where plaintext is allowed
  std::vector<std::uint16_t> ports{};  // default: the scheme's own
  std::vector<std::string> methods{};  // default: all
  std::vector<std::string> paths{};    // patterns (policy::Scope::path); default: all
  base::Origin origin{};

  /// Every source of it, for whoever hides their files, or says where they may lie.
  std::vector<Source*> sources() {
    return {&source,        &username_source,     &access_key_id,
            &session_token, &fetch.client_secret, &fetch.refresh_token,
            &certificate,   &passphrase};
  }
  std::vector<const Source*> sources() const {
    return {&source,        &username_source,     &access_key_id,
            &session_token, &fetch.client_secret, &fetch.refresh_token,
            &certificate,   &passphrase};
  }
};

/// The preset that the spec uses, or null: the one it names, else the one of its own name, unless
/// it says both host and header itself and so needs none. The error names the presets that there
/// are.
base::Result<const Preset*> preset_of(const InjectorSpec& spec);

/// The one written; else `header` if a header was written; else the preset's; else `header`.
base::Result<CredentialType> type_of(const InjectorSpec& spec);

}  // namespace secrets
