// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a credential says about the server that its tokens come from. The types that fetch one use
// some of these keys each (credential_type.h).

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "secrets/source.h"

namespace secrets {

struct FetchSpec {
  std::optional<std::string> token_url{};    // of `oauth2`; of `gcp-service-account`, if it differs
  std::optional<std::string> client_id{};    // of `oauth2`
  std::optional<std::string> client_auth{};  // of `oauth2`: "basic" (default) or "post"
  std::optional<std::string> audience{};     // of `oauth2`
  std::vector<std::string> scopes{};         // of `oauth2`, `gcp-service-account`
  Source client_secret{};                    // of `oauth2`
  Source refresh_token{};                    // of `oauth2`; without: client credentials
  std::optional<std::string> app_id{};       // of `github-app`, as the next six
  std::optional<std::string> installation_id{};
  std::optional<std::string> repository{};  // "owner/name": finds the installation
  std::vector<std::string> repositories{};
  std::map<std::string, std::string, std::less<>> permissions{};
  std::optional<std::string> api_url{};
  std::optional<std::string> git_host{};
  std::optional<std::string> url{};  // of `pocketbase`, as the next one
  std::optional<std::string> collection{};
  std::chrono::milliseconds timeout{10'000};
};

}  // namespace secrets
