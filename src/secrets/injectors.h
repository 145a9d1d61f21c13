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
#include "secrets/mechanism.h"
#include "secrets/scrub.h"
#include "secrets/source.h"

namespace secrets {

class Injector {
public:
  /// Errors: those of make_mechanism.
  static base::Result<Injector> create(InjectorRule rule, Material material);

  const InjectorRule& rule() const { return rule_; }
  const std::string& name() const { return rule_.name(); }
  const Slot& slot() const { return rule_.slot(); }

  /// What to change in a request that the rule matches.
  Injection inject(const RequestView& request, const Circumstances& now) const {
    return mechanism_->inject(request, now);
  }
  /// Whether that depends on the body.
  bool needs_body(const RequestView& request) const { return mechanism_->needs_body(request); }
  /// What must never come back.
  std::vector<std::string_view> hidden() const { return mechanism_->hidden(); }

private:
  Injector(InjectorRule rule, std::unique_ptr<const Mechanism> mechanism)
      : rule_(std::move(rule)), mechanism_(std::move(mechanism)) {}

  InjectorRule rule_;
  std::unique_ptr<const Mechanism> mechanism_;
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
  /// cannot be read, two injectors that would write the same slot of the same request.
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
