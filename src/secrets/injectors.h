// SPDX-License-Identifier: Apache-2.0
#pragma once
// The credentials that the gateway adds to requests on the host's side. The program inside never
// sees one.

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "policy/target.h"
#include "secrets/fetched.h"
#include "secrets/injector_rule.h"
#include "secrets/live_mechanism.h"
#include "secrets/mechanism.h"
#include "secrets/refresher.h"
#include "secrets/scrub.h"
#include "secrets/source.h"

namespace secrets {

/// A credential; what it is made of may be replaced while it is in use.
class Injector {
public:
  /// Errors: those of make_mechanism.
  static base::Result<Injector> create(InjectorRule rule, Material material);

  const InjectorRule& rule() const { return rule_; }
  const std::string& name() const { return rule_.name(); }
  const Slot& slot() const { return rule_.slot(); }

  /// What to change in a request that the rule matches.
  Injection inject(const RequestView& request, const Circumstances& now) const {
    return live_->use()->inject(request, now);
  }
  /// Whether that depends on the body.
  bool needs_body(const RequestView& request) const {
    return live_->current()->needs_body(request);
  }
  /// What the connection has to show, or null: then any will do.
  std::shared_ptr<const tls::ClientIdentity> identity() const { return live_->use()->identity(); }
  /// What must never come back. Before its sources are asked again: then the views end.
  std::vector<std::string_view> hidden() const {
    return has_value() ? live_->current()->hidden() : std::vector<std::string_view>();
  }
  /// Where its token is fetched; null when it needs none.
  const std::shared_ptr<Fetched>& fetched() const { return fetched_; }
  /// There is something to inject: not before the first token was fetched. What `inject` says till
  /// then is where it would go.
  bool has_value() const { return !fetched_ || fetched_->was_ready(); }

private:
  friend class Injectors;
  Injector(InjectorRule rule, std::shared_ptr<const Mechanism> mechanism)
      : rule_(std::move(rule)), live_(std::make_shared<LiveMechanism>(std::move(mechanism))) {}

  InjectorRule rule_;
  std::shared_ptr<LiveMechanism> live_;
  std::shared_ptr<Fetched> fetched_;
};

/// One token to fetch.
struct FetchTask {
  std::shared_ptr<Fetched> fetched;
  /// Hides a token in what comes back, and has it injected from then on. An error when it fits into
  /// no request.
  std::function<base::Result<>(const base::Secret& token)> put_to_use;
};

/// An injector that was written and does nothing.
struct DisabledInjector {
  std::string name;
  std::string reason;  // "the environment variable X is not set"
  base::Origin origin;
  std::optional<InjectorRule> rule{};  // what it would do; none when that is wrong, too
};

/// Shared by all threads.
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

  /// The one injector that writes into this request, or null. It is the caller's business to have
  /// verified the server.
  const Injector* find(const policy::Target& target) const;
  /// The one that gives its connection a client certificate, or null.
  const Injector* find_certificate(const policy::Target& target) const;

  /// Whether any of them writes into requests to this host, whatever the rest of the request: then
  /// the host may know a secret.
  bool concern(std::string_view host) const;

  /// Most specific first.
  std::span<const Injector> all() const { return active_; }
  std::span<const DisabledInjector> disabled() const { return disabled_; }
  std::span<const std::string> warnings() const { return warnings_; }

  /// What the program's environment has for them: dummies. The more specific one has its way.
  std::map<std::string, std::string> environment() const;

  /// What must never come back of all of them, for a Scrubber.
  std::vector<NamedSecret> named() const;
  /// What tokens are fetched with, which goes to no server that the program talks to.
  std::vector<NamedSecret> withheld() const;

  /// Asks the sources again of those that are refreshed, for as long as the refresher lives.
  /// `scrubber` learns each new value before a request can go out with it. What `create` was given
  /// and these injectors outlive the refresher.
  std::unique_ptr<Refresher> keep_fresh(
      std::span<const InjectorSpec> specs,
      const Environment& environment,
      const std::filesystem::path& home,
      const Scrubber& scrubber,
      Refresher::OnFailure on_failure) const;

  /// The tokens that are to be fetched for them. `scrubber` learns each before a request can go out
  /// with it. These injectors outlive the tasks.
  std::vector<FetchTask> fetching(const Scrubber& scrubber) const;

private:
  base::Result<> add(
      const InjectorSpec& spec, const Environment& environment, const std::filesystem::path& home);
  base::Result<> add_fetched(
      const InjectorSpec& spec,
      InjectorRule rule,
      const Environment& environment,
      const std::filesystem::path& home);
  base::Result<> check_conflicts(const InjectorRule& rule) const;
  void disable(const InjectorSpec& spec, std::string reason);
  void disable_without_value(const InjectorSpec& spec, std::string reason);
  void warn_of_every_host(const InjectorRule& rule);

  base::Result<> refresh(Injector& injector, Refresh refresh, FileLooks looks);

  std::vector<Injector> active_;
  std::shared_ptr<const Waker> waker_;  // null when none is refreshed
  std::vector<DisabledInjector> disabled_;
  std::vector<std::string> warnings_;
};

}  // namespace secrets
