// SPDX-License-Identifier: Apache-2.0
#pragma once
// When a credential is added to a request, and where: everything about an injector but its secrets.

#include <map>
#include <string>
#include <string_view>

#include "base/origin.h"
#include "base/result.h"
#include "policy/pattern.h"
#include "policy/target.h"
#include "secrets/injector_spec.h"
#include "secrets/reach.h"
#include "secrets/slot.h"

namespace secrets {

class InjectorRule {
public:
  /// Checks and completes a spec without looking at its secret. The error names the injector.
  static base::Result<InjectorRule> compile(const InjectorSpec& spec);

  const std::string& name() const { return name_; }
  CredentialType type() const { return type_; }
  const Slot& slot() const { return slot_; }
  const std::string& host() const { return host_pattern().text(); }
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
  bool matches(const policy::Target& target) const { return reach_.covers(target); }

  /// Its host, whatever the rest of the request.
  bool is_for(std::string_view host) const { return reach_.has_host(host); }

  /// The host pattern has no literal part but dots.
  bool matches_every_host() const;

  /// Of two rules that match, the more specific one is used: exact host, then the longest literal
  /// text, then the name.
  bool is_before(const InjectorRule& other) const;

  /// Both write the same slot of some requests, and neither is more specific.
  bool conflicts_with(const InjectorRule& other) const;

private:
  InjectorRule() = default;
  const policy::Pattern& host_pattern() const { return reach_.hosts().front(); }

  std::string name_;
  Reach reach_;  // of one host pattern
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
  base::Origin origin_;
};

}  // namespace secrets
