// SPDX-License-Identifier: Apache-2.0
#pragma once
// When a credential is added to a request, and to which header: everything about an injector but
// its secret.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/origin.h"
#include "base/result.h"
#include "policy/pattern.h"
#include "policy/target.h"
#include "secrets/presets.h"
#include "secrets/source.h"

namespace secrets {

/// [proxy.credentials.<name>] as it was written; what was not written comes from the preset or the
/// default.
struct InjectorSpec {
  std::string name;
  bool enabled = false;
  std::optional<std::string>
      preset{};  // else the preset with the injector's own name, if there is one
  std::optional<std::string> host{};  // exact, or a glob when it has any of * ? [ {
  std::optional<std::string> header{};
  std::optional<std::string> value_format{};  // "{token}" stands for the secret; default "{token}"
  bool overwrite = false;
  Source source{};
  bool allow_plaintext = false;
  std::vector<std::uint16_t> ports{};  // default: the scheme's own
  std::vector<std::string> methods{};  // default: all
  std::vector<std::string> paths{};    // patterns (policy::Scope::path); default: all
  base::Origin origin{};
};

class InjectorRule {
public:
  /// Checks and completes a spec without looking at its secret. The error names the injector.
  static base::Result<InjectorRule> compile(const InjectorSpec& spec);

  const std::string& name() const { return name_; }
  const std::string& header() const { return header_; }
  const std::string& host() const { return host_.text(); }
  const std::string& value_format() const { return value_format_; }
  const Preset* preset() const { return preset_; }
  bool overwrites() const { return overwrite_; }
  const base::Origin& origin() const { return origin_; }

  /// HTTPS (or plain HTTP where that is allowed) to its host, on the scheme's port or one it names,
  /// with its methods and paths. That the server's certificate was verified is not known here.
  bool matches(const policy::Target& target) const;

  /// Its host, whatever the rest of the request.
  bool is_for(std::string_view host) const { return host_.matches(host); }

  /// The host pattern has no literal part but dots.
  bool matches_every_host() const;

  /// Of two rules that match, the more specific one is used: exact host, then the longest literal
  /// text, then the name.
  bool is_before(const InjectorRule& other) const;

  /// Both write the same header of some requests, and neither is more specific.
  bool conflicts_with(const InjectorRule& other) const;

private:
  explicit InjectorRule(policy::Pattern host) : host_(std::move(host)) {}
  bool takes_port(const policy::Target& target) const;

  std::string name_;
  policy::Pattern host_;
  std::string header_;
  std::string value_format_;
  const Preset* preset_ = nullptr;
  bool overwrite_ = false;
  bool allow_plaintext_ = false;
  std::vector<std::uint16_t> ports_;
  std::vector<std::string> methods_;
  std::vector<policy::Pattern> paths_;
  base::Origin origin_;
};

}  // namespace secrets
