// SPDX-License-Identifier: Apache-2.0
#pragma once
// A login with OAuth 2.0 (RFC 6749) that a program makes through the gateway: who answers with
// tokens, and where each may go.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/origin.h"
#include "base/result.h"
#include "policy/target.h"
#include "secrets/placeholder_rule.h"

namespace secrets {

/// [proxy.oauth.<name>] as it was written.
struct LoginSpec {
  std::string name;
  std::vector<std::string> token_endpoints{};  // "https://host[:port]/path", both may be globs
  std::vector<std::string> hosts{};  // exact, or a glob; none: an access token may go nowhere else
  std::vector<std::uint16_t> ports{};         // of those; default: 443
  std::vector<std::string> access_tokens{};   // members of an answer
  std::vector<std::string> refresh_tokens{};  // likewise; they go back to the endpoints alone
  Mention mention = Mention::block;
  base::Origin origin{};
};

class LoginRule {
public:
  /// The error names the login.
  static base::Result<LoginRule> compile(const LoginSpec& spec);

  const std::string& name() const { return name_; }
  /// The answer to this request may bring tokens.
  bool is_answered_with_tokens(const policy::Target& target) const;
  /// The host answers with tokens or may get one.
  bool concerns(std::string_view host) const;
  /// False only when no answer can be for both.
  bool shares_endpoint_with(const LoginRule& other) const;
  /// Whether a member of an answer is a token.
  bool is_token(std::string_view member) const { return !ways_of(member).empty(); }

  /// What stands for a token inside, and where its value may go.
  PlaceholderRule sentinel(std::string_view member, std::string text) const;
  /// "claude.access_token"
  std::string name_of_token(std::string_view member) const;

private:
  LoginRule() = default;
  /// None for what is no token.
  std::vector<Way> ways_of(std::string_view member) const;

  std::string name_;
  std::vector<Way> to_endpoints_;
  std::vector<Reach> answering_;  // the same, as servers may read their paths (loosely)
  std::vector<Way> to_hosts_;
  std::vector<std::string> access_tokens_;
  std::vector<std::string> refresh_tokens_;
  Mention mention_ = Mention::block;
  base::Origin origin_;
};

}  // namespace secrets
