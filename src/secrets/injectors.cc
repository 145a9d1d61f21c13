// SPDX-License-Identifier: Apache-2.0
#include "secrets/injectors.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace secrets {
namespace {

using base::ErrorKind;
using base::Result;
using base::Secret;

constexpr std::string_view placeholder = "{token}";

/// The format with every placeholder replaced; the text is wiped on its way into the Secret.
Secret render(std::string_view format, const Secret& token) {
  std::string text;
  text.reserve(format.size() * (token.size() + 1));  // no reallocation leaves a copy behind
  for (auto at = format.find(placeholder); at != std::string_view::npos;
       at = format.find(placeholder)) {
    text.append(format.substr(0, at)).append(token.reveal());
    format.remove_prefix(at + placeholder.size());
  }
  text.append(format);
  Secret value(text);
  base::wipe(text.data(), text.size());
  return value;
}

bool has_control_character(const Secret& value) {
  return std::ranges::any_of(value.reveal(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

std::unexpected<base::Error> fail_token(
    const InjectorRule& rule, std::string_view what, std::string_view hint) {
  return base::fail(
      ErrorKind::invalid, fmt::format("credential `{}`: {}", rule.name(), what), std::string(hint));
}

std::unexpected<base::Error> fail_conflict(const InjectorRule& rule, const InjectorRule& other) {
  return base::fail(
      ErrorKind::invalid,
      fmt::format(
          "credentials `{}` ({}) and `{}` ({}) both write {} for {}", other.name(),
          other.origin().to_string(), rule.name(), rule.origin().to_string(), rule.header(),
          rule.host()),
      "disable one, or narrow them with `paths`, `methods` or `ports` that do not overlap");
}

/// From the spec's source; without one, from the first variable of its preset that is not empty.
Result<std::optional<Secret>> token_of(
    const InjectorSpec& spec,
    const Preset* preset,
    const Environment& environment,
    const std::filesystem::path& home) {
  if (spec.source.configured() || preset == nullptr) return resolve(spec.source, environment, home);
  for (const auto variable : preset->environment) {
    const auto found = environment.find(variable);
    if (found != environment.end() && !found->second.empty()) return Secret(found->second);
  }
  return std::nullopt;
}

std::string why_no_token(const InjectorSpec& spec, const Preset* preset) {
  if (spec.source.configured() || preset == nullptr) return why_empty(spec.source);
  return fmt::format("no environment variable of {} is set", fmt::join(preset->environment, ", "));
}

}  // namespace

Injector::Injector(InjectorRule rule, Secret token)
    : rule_(std::move(rule)),
      token_(std::move(token)),
      value_(render(rule_.value_format(), token_)),
      literal_(!rule_.value_format().contains(placeholder)) {}

Result<Injector> Injector::create(InjectorRule rule, Secret token) {
  Injector injector(std::move(rule), std::move(token));
  if (injector.hidden().size() < shortest_secret) {
    return fail_token(
        injector.rule_, fmt::format("its value has fewer than {} characters", shortest_secret),
        "give a longer one: so short a value could not be kept out of responses");
  }
  if (has_control_character(injector.value_)) {
    return fail_token(
        injector.rule_, "its value holds a line break or another control character",
        "a header field cannot carry it; check the source for stray bytes");
  }
  return injector;
}

const Secret* Injector::value_over(std::string_view existing) const {
  return existing.empty() || rule_.overwrites() ? &value_ : nullptr;
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
  for (const auto& other : active_) {
    if (rule.conflicts_with(other.rule())) return fail_conflict(rule, other.rule());
  }
  auto token = token_of(spec, rule.preset(), environment, home);
  if (!token)
    return std::unexpected(
        std::move(token).error().while_doing("for credential `" + spec.name + "`"));
  if (!*token || (*token)->empty()) {
    disable(spec, why_no_token(spec, rule.preset()));
    warnings_.push_back(
        fmt::format("credential `{}` is not used: {}", spec.name, disabled_.back().reason));
    return {};
  }
  if (rule.matches_every_host()) {
    warnings_.push_back(fmt::format(
        "credential `{}` goes to every host that the filter allows (host = \"{}\")", spec.name,
        rule.host()));
  }
  active_.push_back(TRY(Injector::create(std::move(rule), **std::move(token))));
  return {};
}

void Injectors::disable(const InjectorSpec& spec, std::string reason) {
  disabled_.push_back({.name = spec.name, .reason = std::move(reason), .origin = spec.origin});
}

const Injector* Injectors::find(const policy::Target& target) const {
  const auto found = std::ranges::find_if(
      active_, [&](const Injector& injector) { return injector.rule().matches(target); });
  return found != active_.end() ? &*found : nullptr;
}

bool Injectors::concern(std::string_view host) const {
  return std::ranges::any_of(
      active_, [&](const Injector& injector) { return injector.rule().is_for(host); });
}

std::vector<NamedSecret> Injectors::named() const {
  std::vector<NamedSecret> secrets;
  secrets.reserve(active_.size());
  for (const auto& injector : active_) {
    secrets.push_back({.name = injector.name(), .value = injector.hidden().reveal()});
  }
  return secrets;
}

}  // namespace secrets
