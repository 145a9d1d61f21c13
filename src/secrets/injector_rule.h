// SPDX-License-Identifier: Apache-2.0
#pragma once
// When a credential is added to a request, and where: everything about an injector but its secrets.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/origin.h"
#include "base/result.h"
#include "policy/pattern.h"
#include "policy/target.h"
#include "secrets/injector_spec.h"
#include "secrets/slot.h"

namespace secrets {

class InjectorRule {
public:
  /// Checks and completes a spec without looking at its secret. The error names the injector.
  static base::Result<InjectorRule> compile(const InjectorSpec& spec);

  const std::string& name() const { return name_; }
  CredentialType type() const { return type_; }
  const Slot& slot() const { return slot_; }
  const std::string& host() const { return host_.text(); }
  /// Of header, query and cookie.
  const std::string& value_format() const { return value_format_; }
  /// Of `basic`, when no source gives one.
  const std::string& username() const { return username_; }
  /// Of `aws-sigv4`; empty: found out for each request.
  const std::string& region() const { return region_; }
  const std::string& service() const { return service_; }
  const std::string& dummy() const { return dummy_; }
  /// What the program's environment has in the credential's place: those it names, else those of
  /// its preset while it is for the preset's host.
  const std::map<std::string, std::string>& variables() const { return variables_; }
  const Preset* preset() const { return preset_; }
  bool overwrites() const { return overwrite_; }
  const base::Origin& origin() const { return origin_; }

  /// One of its schemes, to its host, on the scheme's port or one it names, with its methods and
  /// paths. That the server's certificate was verified is not known here.
  bool matches(const policy::Target& target) const;

  /// Its host, whatever the rest of the request.
  bool is_for(std::string_view host) const { return host_.matches(host); }

  /// The host pattern has no literal part but dots.
  bool matches_every_host() const;

  /// Of two rules that match, the more specific one is used: exact host, then the longest literal
  /// text, then the name.
  bool is_before(const InjectorRule& other) const;

  /// Both write the same slot of some requests, and neither is more specific.
  bool conflicts_with(const InjectorRule& other) const;

private:
  explicit InjectorRule(policy::Pattern host) : host_(std::move(host)) {}
  bool takes_port(const policy::Target& target) const;

  std::string name_;
  policy::Pattern host_;
  CredentialType type_ = CredentialType::header;
  Slot slot_;
  std::string value_format_;
  std::string username_;
  std::string region_;
  std::string service_;
  std::string dummy_;
  std::map<std::string, std::string> variables_;
  const Preset* preset_ = nullptr;
  bool overwrite_ = false;
  std::vector<std::string> schemes_;
  std::vector<std::uint16_t> ports_;
  std::vector<std::string> methods_;
  std::vector<policy::Pattern> paths_;
  base::Origin origin_;
};

}  // namespace secrets
