// SPDX-License-Identifier: Apache-2.0
#pragma once
// How a credential's token is come by: which requests to make, and what their answers mean. Pure:
// nothing here has a socket; gateway/token_fetcher.h carries the requests.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "secrets/injector_spec.h"
#include "secrets/token_request.h"

namespace secrets {

/// What a grant is made of; which of them there are is a matter of the credential's type.
struct GrantMaterial {
  base::Secret secret{};  // the private key, the service account's key, the password, the refresh
                          // token or, without one, the client's secret
  base::Secret client_secret{};  // beside a refresh token; may be empty
  base::Secret username{};
};

/// Immutable; safe from any thread.
class Grant {
public:
  /// What comes next.
  using Step = std::variant<TokenRequest, FetchedToken>;

  Grant() = default;
  Grant(const Grant&) = delete;
  Grant& operator=(const Grant&) = delete;
  virtual ~Grant() = default;

  /// The first request. `renewed` is what the refresh token has become since, or null.
  virtual TokenRequest begin(base::WallTime now, const base::Secret* renewed) const = 0;
  /// What the answer to the request of that number (from 0) leads to. Errors hold nothing that the
  /// server said but codes that are known.
  virtual base::Result<Step> proceed(
      const TokenAnswer& answer, unsigned number, base::WallTime now) const = 0;

  /// The name of the login whose refresh token may change with each use; empty when there is none.
  /// One of a name is used at a time, by whatever session.
  virtual std::string login() const { return {}; }
  /// The server that is asked.
  virtual const TokenUrl& server() const = 0;
  /// Secrets of its own. They live as long as the grant.
  virtual std::vector<std::string_view> secrets() const = 0;
};

/// Whether tokens of this type are fetched.
bool is_fetched(CredentialType type);

/// What is wrong with what the spec says about fetching, without a look at its secrets. The error
/// names the key.
base::Result<> check_fetching(const InjectorSpec& spec, CredentialType type);

/// `invalid` when the material is not what it should be: no key, a server that the configuration
/// does not name.
base::Result<std::shared_ptr<const Grant>> make_grant(
    const InjectorSpec& spec, CredentialType type, GrantMaterial material);

/// The server that the spec itself names, for the credential's host if it names none; nullopt when
/// they have nothing to do with each other.
std::optional<TokenUrl> own_server(const InjectorSpec& spec, CredentialType type);

}  // namespace secrets
