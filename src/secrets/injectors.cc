// SPDX-License-Identifier: Apache-2.0
#include "secrets/injectors.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "secrets/fetched_credential.h"
#include "secrets/refresh_of.h"

namespace secrets {
namespace {

using base::ErrorKind;
using base::Result;
using base::Secret;

std::unexpected<base::Error> fail_conflict(const InjectorRule& rule, const InjectorRule& other) {
  return base::fail(
      ErrorKind::invalid,
      fmt::format(
          "credentials `{}` ({}) and `{}` ({}) both write {} for {}", other.name(),
          other.origin().to_string(), rule.name(), rule.origin().to_string(),
          rule.slot().in_words(), rule.host()),
      "disable one, or narrow them with `paths`, `methods` or `ports` that do not overlap");
}

/// Where one of a credential's secrets comes from: the source that was written, else the variables
/// that its preset names.
struct Origins {
  const Source& source;
  Preset::Variables variables;
};

Origins token_of(const InjectorSpec& spec, const Preset* preset) {
  return {spec.source, preset != nullptr ? preset->environment : Preset::Variables{}};
}

std::vector<std::string_view> named(const Preset::Variables& variables) {
  std::vector<std::string_view> out;
  std::ranges::copy_if(
      variables, std::back_inserter(out), [](std::string_view name) { return !name.empty(); });
  return out;
}

/// From the source; without one, from the first variable that is not empty.
Result<Secret> read(
    const Origins& from, const Environment& environment, const std::filesystem::path& home) {
  if (from.source.configured()) {
    auto value = TRY(resolve(from.source, environment, home));
    return value ? *std::move(value) : Secret();
  }
  for (const auto variable : named(from.variables)) {
    const auto found = environment.find(variable);
    if (found != environment.end() && !found->second.empty()) return Secret(found->second);
  }
  return Secret();
}

std::string why_nothing(const Origins& from) {
  const auto variables = named(from.variables);
  if (from.source.configured() || variables.empty()) return why_empty(from.source);
  if (variables.size() == 1)
    return fmt::format("the environment variable {} is not set", variables[0]);
  return fmt::format("no environment variable of {} is set", fmt::join(variables, ", "));
}

/// The variables that the AWS command line reads.
constexpr Preset::Variables aws_key_id = {"AWS_ACCESS_KEY_ID"};
constexpr Preset::Variables aws_session = {"AWS_SESSION_TOKEN"};

/// What a credential is made of, or why there is none.
struct FoundMaterial {
  Material material{};
  std::string missing{};  // empty: nothing is
};

Result<FoundMaterial> material_of(
    const InjectorSpec& spec,
    const InjectorRule& rule,
    const Environment& environment,
    const std::filesystem::path& home) {
  const Preset* preset = rule.preset();
  FoundMaterial found;
  const auto take = [&](Secret& into, const Origins& from) -> Result<> {
    into = TRY(read(from, environment, home));
    return {};
  };
  const auto take_optional = [&](Secret& into, const Source& from,
                                 std::string_view what) -> Result<> {
    if (!from.configured()) return {};
    TRY_VOID(take(into, {from, {}}));
    if (into.empty() && found.missing.empty())
      found.missing = fmt::format("there is no {}: {}", what, why_empty(from));
    return {};
  };
  const Origins token = token_of(spec, preset);
  TRY_VOID(take(found.material.token, token));
  if (found.material.token.empty()) found.missing = why_nothing(token);
  if (rule.type() == CredentialType::basic && !spec.username) {
    const Origins username{
        spec.username_source,
        preset != nullptr ? preset->username_environment : Preset::Variables{}};
    TRY_VOID(take(found.material.username, username));
    found.material.username_is_secret = spec.username_source.configured();
    const bool wanted = spec.username_source.configured() || !named(username.variables).empty();
    if (wanted && found.material.username.empty() && found.missing.empty())
      found.missing = "there is no user name: " + why_nothing(username);
  }
  if (rule.type() == CredentialType::aws_sigv4) {
    const Origins key_id{spec.access_key_id, aws_key_id};
    TRY_VOID(take(found.material.access_key_id, key_id));
    if (found.material.access_key_id.empty() && found.missing.empty())
      found.missing = "there is no access key id: " + why_nothing(key_id);
    // A session's token belongs to the key of the same origin.
    if (spec.session_token.configured() || !spec.access_key_id.configured())
      TRY_VOID(take(found.material.session_token, {spec.session_token, aws_session}));
  }
  if (rule.type() == CredentialType::mtls) {
    TRY_VOID(take_optional(found.material.certificate, spec.certificate, "certificate"));
    TRY_VOID(take_optional(found.material.passphrase, spec.passphrase, "passphrase"));
  }
  return found;
}

std::vector<NamedSecret> named_secrets(const std::string& name, const Mechanism& mechanism) {
  std::vector<NamedSecret> out;
  for (const auto value : mechanism.hidden())
    out.push_back({.name = name, .value = value});
  return out;
}

/// What tokens of the credential are fetched with. `not_found` when a source has nothing.
Result<std::shared_ptr<const Grant>> grant_of(
    const InjectorSpec& spec,
    CredentialType type,
    const Environment& environment,
    const std::filesystem::path& home) {
  auto found = find_grant_material(spec, type, environment, home);
  if (!found)
    return base::fail(
        ErrorKind::invalid,
        fmt::format("{} (for credential `{}`)", found.error().message, spec.name),
        found.error().hint);
  if (!found->missing.empty()) return base::fail(ErrorKind::not_found, found->missing);
  return make_grant(spec, type, std::move(found->material));
}

/// Where no token was fetched yet: never sent.
Material stand_in() { return {.token = Secret("not fetched yet")}; }

bool is_of_connection(const Injector& injector) {
  return injector.slot().place == Slot::Place::tls;
}

}  // namespace

Result<Injector> Injector::create(InjectorRule rule, Material material) {
  auto mechanism = TRY(make_mechanism(rule, std::move(material)));
  return Injector(std::move(rule), std::move(mechanism));
}

Result<Injectors> Injectors::create(
    std::span<const InjectorSpec> specs,
    const Environment& environment,
    const std::filesystem::path& home) {
  Injectors made;
  for (const auto& spec : specs)
    TRY_VOID(made.add(spec, environment, home));
  std::ranges::sort(made.active_, [](const Injector& a, const Injector& b) {
    return a.rule().is_before(b.rule());
  });
  return made;
}

Result<> Injectors::add(
    const InjectorSpec& spec, const Environment& environment, const std::filesystem::path& home) {
  if (!spec.enabled) {
    disable(spec, "it is not enabled");
    return {};
  }
  InjectorRule rule = TRY(InjectorRule::compile(spec));
  if (is_fetched(rule.type())) return add_fetched(spec, std::move(rule), environment, home);
  TRY_VOID(check_conflicts(rule));
  auto refreshed = refresh_of(spec.sources(), environment, home);
  auto looks = looks_at(refreshed.files);
  auto found = material_of(spec, rule, environment, home);
  if (!found)
    return std::unexpected(
        std::move(found).error().while_doing("for credential `" + spec.name + "`"));
  if (!found->missing.empty()) {
    disable_without_value(spec, std::move(found->missing));
    return {};
  }
  warn_of_every_host(rule);
  active_.push_back(TRY(Injector::create(std::move(rule), std::move(found->material))));
  return refresh(active_.back(), std::move(refreshed), std::move(looks));
}

/// Each place that the token goes to is an injector of its own; they share the fetching.
Result<> Injectors::add_fetched(
    const InjectorSpec& spec,
    InjectorRule rule,
    const Environment& environment,
    const std::filesystem::path& home) {
  const auto type = rule.type();
  auto refreshed = refresh_of(spec.sources(), environment, home);
  auto looks = looks_at(refreshed.files);
  auto grant = grant_of(spec, type, environment, home);
  if (!grant && grant.error().kind == ErrorKind::not_found) {
    disable_without_value(spec, std::move(grant).error().message);
    return {};
  }
  if (!grant) return std::unexpected(std::move(grant).error());
  const auto fetched = std::make_shared<Fetched>(spec.name, spec.fetch.timeout, *std::move(grant));
  const auto first = active_.size();
  for (auto& place : TRY(places_of_token(spec, std::move(rule)))) {
    TRY_VOID(check_conflicts(place));
    warn_of_every_host(place);
    active_.push_back(TRY(Injector::create(std::move(place), stand_in())));
    active_.back().fetched_ = fetched;
  }
  return refresh(active_[first], std::move(refreshed), std::move(looks));
}

Result<> Injectors::check_conflicts(const InjectorRule& rule) const {
  for (const auto& other : active_) {
    if (rule.conflicts_with(other.rule())) return fail_conflict(rule, other.rule());
  }
  return {};
}

Result<> Injectors::refresh(Injector& injector, Refresh refresh, FileLooks looks) {
  if (refresh.is_never()) return {};
  if (!waker_) waker_ = TRY(Waker::create());
  const bool uses_matter = refresh.after_use;
  injector.live_->refresh_by(
      std::make_shared<Freshness>(std::move(refresh), Freshness::Clock::now(), std::move(looks)),
      uses_matter ? waker_ : nullptr);
  return {};
}

void Injectors::disable(const InjectorSpec& spec, std::string reason) {
  auto rule = InjectorRule::compile(spec);
  disabled_.push_back(
      {.name = spec.name,
       .reason = std::move(reason),
       .origin = spec.origin,
       .rule = rule ? std::optional(*std::move(rule)) : std::nullopt});
}

void Injectors::disable_without_value(const InjectorSpec& spec, std::string reason) {
  disable(spec, std::move(reason));
  warnings_.push_back(
      fmt::format("credential `{}` is not used: {}", spec.name, disabled_.back().reason));
}

void Injectors::warn_of_every_host(const InjectorRule& rule) {
  if (!rule.matches_every_host()) return;
  warnings_.push_back(fmt::format(
      "credential `{}` goes to every host that the filter allows (host = \"{}\")", rule.name(),
      rule.host()));
}

const Injector* Injectors::find(const policy::Target& target) const {
  const auto found = std::ranges::find_if(active_, [&](const Injector& injector) {
    return !is_of_connection(injector) && injector.rule().matches(target);
  });
  return found != active_.end() ? &*found : nullptr;
}

const Injector* Injectors::find_certificate(const policy::Target& target) const {
  const auto found = std::ranges::find_if(active_, [&](const Injector& injector) {
    return is_of_connection(injector) && injector.rule().matches(target);
  });
  return found != active_.end() ? &*found : nullptr;
}

bool Injectors::concern(std::string_view host) const {
  return std::ranges::any_of(active_, [&](const Injector& injector) {
    return !is_of_connection(injector) && injector.rule().is_for(host);
  });
}

std::map<std::string, std::string> Injectors::environment() const {
  std::map<std::string, std::string> variables;
  for (const auto& injector : active_)
    variables.insert(injector.rule().variables().begin(), injector.rule().variables().end());
  return variables;
}

std::vector<NamedSecret> Injectors::named() const {
  std::vector<NamedSecret> secrets;
  for (const auto& injector : active_) {
    for (const auto value : injector.hidden())
      secrets.push_back({.name = injector.name(), .value = value});
  }
  return secrets;
}

std::vector<NamedSecret> Injectors::withheld() const {
  std::vector<NamedSecret> secrets;
  for (const auto& injector : active_) {
    if (!injector.fetched_) continue;
    for (const auto value : injector.fetched_->grant()->secrets())
      secrets.push_back({.name = injector.name(), .value = value});
  }
  return secrets;
}

std::vector<FetchTask> Injectors::fetching(const Scrubber& scrubber) const {
  std::vector<FetchTask> tasks;
  for (const auto& injector : active_) {
    const auto& fetched = injector.fetched_;
    if (!fetched || std::ranges::find(tasks, fetched, &FetchTask::fetched) != tasks.end()) continue;
    const auto put_to_use = [this, fetched, scrubber](const Secret& token) -> Result<> {
      for (const auto& place : active_) {
        if (place.fetched_ != fetched) continue;
        std::shared_ptr<const Mechanism> next =
            TRY(make_mechanism(place.rule_, {.token = token.clone()}));
        scrubber.learn(named_secrets(place.name(), *next));
        place.live_->replace(std::move(next));
      }
      return {};
    };
    tasks.push_back({.fetched = fetched, .put_to_use = put_to_use});
  }
  return tasks;
}

std::unique_ptr<Refresher> Injectors::keep_fresh(
    std::span<const InjectorSpec> specs,
    const Environment& environment,
    const std::filesystem::path& home,
    const Scrubber& scrubber,
    Refresher::OnFailure on_failure) const {
  std::vector<Refresher::Item> items;
  for (const auto& injector : active_) {
    if (!injector.live_->freshness()) continue;
    const auto spec = std::ranges::find(specs, injector.name(), &InjectorSpec::name);
    if (injector.fetched_) {
      items.push_back(
          {.name = injector.name(),
           .freshness = injector.live_->freshness(),
           .renew = [fetched = injector.fetched_, type = injector.rule_.type(), &spec = *spec,
                     &environment, home]() -> Result<> {
             fetched->replace(TRY(grant_of(spec, type, environment, home)));
             return {};
           }});
      continue;
    }
    const auto renew = [&rule = injector.rule_, live = injector.live_, &spec = *spec, &environment,
                        home, scrubber]() -> Result<> {
      auto found = TRY(material_of(spec, rule, environment, home));
      if (!found.missing.empty()) return base::fail(ErrorKind::not_found, found.missing);
      std::shared_ptr<const Mechanism> next = TRY(make_mechanism(rule, std::move(found.material)));
      scrubber.learn(named_secrets(rule.name(), *next));
      live->replace(std::move(next));
      return {};
    };
    items.push_back(
        {.name = injector.name(), .freshness = injector.live_->freshness(), .renew = renew});
  }
  return Refresher::start(std::move(items), waker_, std::move(on_failure));
}

}  // namespace secrets
