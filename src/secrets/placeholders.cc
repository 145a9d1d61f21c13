// SPDX-License-Identifier: Apache-2.0
#include "secrets/placeholders.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "secrets/refresh_of.h"

namespace secrets {
namespace {

using base::ErrorKind;
using base::Result;

std::unexpected<base::Error> fail_twice(
    const PlaceholderRule& rule, const PlaceholderRule& other, std::string_view what) {
  return base::fail(
      ErrorKind::invalid,
      fmt::format(
          "secrets `{}` ({}) and `{}` ({}) have the same {}", other.name(),
          other.origin().to_string(), rule.name(), rule.origin().to_string(), what),
      "give one of them another");
}

Result<> check_unlike(const PlaceholderRule& rule, std::span<const Placeholder> others) {
  for (const auto& other : others) {
    if (rule.text() == other.text()) return fail_twice(rule, other.rule(), "placeholder");
    if (!rule.variable().empty() && rule.variable() == other.rule().variable())
      return fail_twice(rule, other.rule(), "variable");
  }
  return {};
}

/// What the source has; nullopt when that is nothing. The error names the secret.
Result<std::optional<base::Secret>> value_of(
    const PlaceholderSpec& spec,
    const Environment& environment,
    const std::filesystem::path& home) {
  auto value = resolve(spec.source, environment, home);
  if (!value)
    return std::unexpected(std::move(value).error().while_doing("for secret `" + spec.name + "`"));
  if (!*value || (*value)->empty()) return std::nullopt;
  if ((*value)->size() >= shortest_secret) return value;
  return base::fail(
      ErrorKind::invalid,
      fmt::format(
          "secret `{}`: its value has fewer than {} characters", spec.name, shortest_secret),
      "give a longer one: so short a value could not be kept out of responses");
}

}  // namespace

Result<Placeholders> Placeholders::create(
    std::span<const PlaceholderSpec> specs,
    const Environment& environment,
    const std::filesystem::path& home,
    const MakeRandom& random) {
  Placeholders out;
  if (specs.empty()) return out;
  auto known = std::make_shared<Known>();
  for (const auto& spec : specs)
    TRY_VOID(known->add(spec, environment, home, random(spec.name)));
  known->compile();
  out.known_ = std::move(known);
  return out;
}

void Placeholders::Known::compile() {
  std::vector<base::Secret> texts;
  for (const auto& placeholder : placeholders)
    texts.emplace_back(placeholder.text());
  needles = Needles(texts);
}

Placeholders Placeholders::joined_by(std::vector<Placeholder> more) const {
  auto known = std::make_shared<Known>();
  known->placeholders.assign(all().begin(), all().end());
  std::ranges::move(more, std::back_inserter(known->placeholders));
  known->missing = known_->missing;
  known->warnings = known_->warnings;
  known->waker = known_->waker;
  known->compile();
  Placeholders out;
  out.known_ = std::move(known);
  return out;
}

Result<> Placeholders::Known::add(
    const PlaceholderSpec& spec,
    const Environment& environment,
    const std::filesystem::path& home,
    std::string_view random) {
  PlaceholderRule rule = TRY(PlaceholderRule::compile(spec, random));
  TRY_VOID(check_unlike(rule, placeholders));
  auto refreshed = refresh_of(std::array{&spec.source}, environment, home);
  auto looks = looks_at(refreshed.files);
  auto value = TRY(value_of(spec, environment, home));
  if (!value) {
    missing.push_back({.name = spec.name, .reason = why_empty(spec.source), .origin = spec.origin});
    warnings.push_back(
        fmt::format("secret `{}` has no value: {}", spec.name, missing.back().reason));
    return {};
  }
  if (spec.hosts.empty()) {
    warnings.push_back(fmt::format("secret `{}` may go nowhere: it names no `hosts`", spec.name));
  }
  placeholders.emplace_back(std::move(rule), *std::move(value));
  return refresh(placeholders.back(), std::move(refreshed), std::move(looks));
}

Result<> Placeholders::Known::refresh(Placeholder& placeholder, Refresh refresh, FileLooks looks) {
  if (refresh.is_never()) return {};
  if (!waker) waker = TRY(Waker::create());
  const bool uses_matter = refresh.after_use;
  placeholder.live_->refresh_by(
      std::make_shared<Freshness>(std::move(refresh), Freshness::Clock::now(), std::move(looks)),
      uses_matter ? waker : nullptr);
  return {};
}

std::map<std::string, std::string> Placeholders::environment() const {
  std::map<std::string, std::string> out;
  for (const auto& placeholder : all())
    if (const auto& variable = placeholder.rule().variable(); !variable.empty())
      out[variable] = placeholder.text();
  return out;
}

bool Placeholders::concern(std::string_view host) const {
  return std::ranges::any_of(
      all(), [&](const Placeholder& placeholder) { return placeholder.rule().is_for(host); });
}

bool Placeholders::hold(std::string_view text) const {
  constexpr std::size_t no_chance = 16;
  return std::ranges::any_of(all(), [&](const Placeholder& placeholder) {
    const auto& whole = placeholder.text();
    return whole == text || (text.size() >= no_chance && whole.contains(text));
  });
}

std::vector<NamedSecret> Placeholders::named() const {
  std::vector<NamedSecret> out;
  for (const auto& placeholder : all()) {
    out.push_back(
        {.name = placeholder.name(),
         .value = placeholder.value()->reveal(),
         .stand_in = placeholder.text()});
  }
  return out;
}

std::unique_ptr<Refresher> Placeholders::keep_fresh(
    std::span<const PlaceholderSpec> specs,
    const Environment& environment,
    const std::filesystem::path& home,
    const Scrubber& scrubber,
    Refresher::OnFailure on_failure) const {
  std::vector<Refresher::Item> items;
  for (const auto& placeholder : all()) {
    if (!placeholder.live_->freshness()) continue;
    const auto spec = std::ranges::find(specs, placeholder.name(), &PlaceholderSpec::name);
    const auto renew = [placeholder, &spec = *spec, &environment, home, scrubber]() -> Result<> {
      auto found = TRY(value_of(spec, environment, home));
      if (!found) return base::fail(ErrorKind::not_found, why_empty(spec.source));
      auto next = std::make_shared<const base::Secret>(*std::move(found));
      const NamedSecret named{
          .name = placeholder.name(), .value = next->reveal(), .stand_in = placeholder.text()};
      scrubber.learn({&named, 1});
      placeholder.live_->replace(std::move(next));
      return {};
    };
    items.push_back(
        {.name = placeholder.name(), .freshness = placeholder.live_->freshness(), .renew = renew});
  }
  return Refresher::start(std::move(items), known_->waker, std::move(on_failure));
}

}  // namespace secrets
