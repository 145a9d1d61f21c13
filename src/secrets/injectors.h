// SPDX-License-Identifier: Apache-2.0
#pragma once
// The credentials that the gateway adds to requests on the host's side. The program inside never
// sees one.

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "policy/target.h"
#include "secrets/injector_rule.h"
#include "secrets/scrub.h"
#include "secrets/source.h"

namespace secrets {

class Injector {
public:
  /// The error names the injector and never holds the token: it is shorter than `shortest_secret`,
  /// or has a control character (CR, LF, NUL …), which would end the header field.
  static base::Result<Injector> create(InjectorRule rule, base::Secret token);

  const InjectorRule& rule() const { return rule_; }
  const std::string& name() const { return rule_.name(); }
  const std::string& header() const { return rule_.header(); }

  /// What to write to the header, given what the request has there (empty: nothing); null when that
  /// stays. Lives as long as the injector.
  const base::Secret* value_over(std::string_view existing) const;

  /// What must never come back.
  const base::Secret& hidden() const { return literal_ ? value_ : token_; }

private:
  Injector(InjectorRule rule, base::Secret token);

  InjectorRule rule_;
  base::Secret token_;
  base::Secret value_;
  bool literal_;  // the format has no {token}: then the format is the credential
};

/// An injector that was written and does nothing.
struct DisabledInjector {
  std::string name;
  std::string reason;  // "the environment variable X is not set"
  base::Origin origin;
};

/// Immutable; shared by all threads.
class Injectors {
public:
  Injectors() = default;

  /// Resolves every enabled spec. An enabled one whose source gives nothing is disabled, with a
  /// warning; one that is not enabled is not looked at. Errors: a spec that is wrong, a source that
  /// cannot be read, two injectors that would write the same header of the same request.
  static base::Result<Injectors> create(
      std::span<const InjectorSpec> specs,
      const Environment& environment,
      const std::filesystem::path& home);

  /// The one injector of this request, or null. It is the caller's business to have verified the
  /// server.
  const Injector* find(const policy::Target& target) const;

  /// Whether any of them is for this host, whatever the rest of the request: then the host may know
  /// a credential.
  bool concern(std::string_view host) const;

  /// Most specific first.
  std::span<const Injector> all() const { return active_; }
  std::span<const DisabledInjector> disabled() const { return disabled_; }
  std::span<const std::string> warnings() const { return warnings_; }

  /// What must never come back of all of them, for a Scrubber.
  std::vector<NamedSecret> named() const;

private:
  base::Result<> add(
      const InjectorSpec& spec, const Environment& environment, const std::filesystem::path& home);
  void disable(const InjectorSpec& spec, std::string reason);

  std::vector<Injector> active_;
  std::vector<DisabledInjector> disabled_;
  std::vector<std::string> warnings_;
};

}  // namespace secrets
