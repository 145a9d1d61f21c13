// SPDX-License-Identifier: Apache-2.0
#include "secrets/placeholders.h"

#include <fmt/format.h>

#include <algorithm>

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
    TRY_VOID(known->add(spec, environment, home, random()));
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
  for (const auto& each : all())
    known->placeholders.push_back(each.clone());
  std::ranges::move(more, std::back_inserter(known->placeholders));
  known->missing = known_->missing;
  known->warnings = known_->warnings;
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
  auto value = resolve(spec.source, environment, home);
  if (!value)
    return std::unexpected(std::move(value).error().while_doing("for secret `" + spec.name + "`"));
  if (!*value || (*value)->empty()) {
    missing.push_back({.name = spec.name, .reason = why_empty(spec.source), .origin = spec.origin});
    warnings.push_back(
        fmt::format("secret `{}` has no value: {}", spec.name, missing.back().reason));
    return {};
  }
  if ((*value)->size() < shortest_secret) {
    return base::fail(
        ErrorKind::invalid,
        fmt::format(
            "secret `{}`: its value has fewer than {} characters", spec.name, shortest_secret),
        "give a longer one: so short a value could not be kept out of responses");
  }
  if (spec.hosts.empty()) {
    warnings.push_back(fmt::format("secret `{}` may go nowhere: it names no `hosts`", spec.name));
  }
  placeholders.emplace_back(std::move(rule), **std::move(value));
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
         .value = placeholder.value().reveal(),
         .stand_in = placeholder.text()});
  }
  return out;
}

}  // namespace secrets
