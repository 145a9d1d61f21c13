// SPDX-License-Identifier: Apache-2.0
#include "secrets/placeholder_rule.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace secrets {
namespace {

using base::ErrorKind;
using base::Result;

constexpr std::string_view default_placeholder = "lazaret-{name}-{rand}";
constexpr std::size_t shortest_placeholder = 8;
constexpr std::size_t longest_placeholder = 256;

std::unexpected<base::Error> fail_spec(
    const PlaceholderSpec& spec, std::string_view what, std::string hint = {}) {
  return base::fail(
      ErrorKind::invalid, fmt::format("secret `{}`: {}", spec.name, what), std::move(hint));
}

std::unexpected<base::Error> fail_spec(const PlaceholderSpec& spec, base::Error error) {
  return std::unexpected(std::move(error).while_doing(fmt::format("secret `{}`", spec.name)));
}

bool is_variable_name(std::string_view name) {
  return !name.empty() && !base::is_digit(name[0]) && std::ranges::all_of(name, [](char c) {
    return base::is_alpha(c) || base::is_digit(c) || c == '_';
  });
}

bool is_placeholder_character(char c) {
  return base::is_alpha(c) || base::is_digit(c) || std::string_view("-._~").contains(c);
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

Result<std::string> compile_text(const PlaceholderSpec& spec, std::string_view random) {
  std::string text = spec.placeholder.value_or(std::string(default_placeholder));
  replace_all(text, "{name}", spec.name);
  replace_all(text, "{rand}", random);
  if (!std::ranges::all_of(text, is_placeholder_character)) {
    return fail_spec(
        spec, "its placeholder has a character that some texts write in another way",
        "use letters, digits and - . _ ~, and {name} and {rand} in braces");
  }
  if (text.size() < shortest_placeholder || text.size() > longest_placeholder) {
    return fail_spec(
        spec,
        fmt::format(
            "its placeholder has {} characters; it needs {} to {}", text.size(),
            shortest_placeholder, longest_placeholder),
        "so short a one would be found in ordinary text; {rand} adds 32 characters");
  }
  return text;
}

Result<std::string> compile_variable(const PlaceholderSpec& spec) {
  std::string variable = spec.env.value_or(is_variable_name(spec.name) ? spec.name : "");
  if (!variable.empty() && !is_variable_name(variable))
    return fail_spec(spec, "`env` is not a variable's name");
  return variable;
}

Result<Reach> compile_reach(const PlaceholderSpec& spec) {
  auto reach = Reach::compile(
      {.hosts = spec.hosts,
       .allow_plaintext = spec.allow_plaintext,
       .ports = spec.ports,
       .methods = spec.methods,
       .paths = spec.paths});
  if (!reach) return fail_spec(spec, std::move(reach).error());
  return reach;
}

}  // namespace

std::string_view name_of(Part part) {
  switch (part) {
    case Part::path:
      return "path";
    case Part::query:
      return "query";
    case Part::header:
      return "header";
    case Part::body:
      break;
  }
  return "body";
}

std::optional<Part> part_named(std::string_view name) {
  for (const auto part : {Part::path, Part::query, Part::header, Part::body})
    if (name_of(part) == name) return part;
  return std::nullopt;
}

Result<PlaceholderRule> PlaceholderRule::compile(
    const PlaceholderSpec& spec, std::string_view random) {
  PlaceholderRule rule;
  rule.name_ = spec.name;
  rule.text_ = TRY(compile_text(spec, random));
  rule.variable_ = TRY(compile_variable(spec));
  rule.ways_.push_back({.reach = TRY(compile_reach(spec)), .parts = spec.in});
  rule.mention_ = spec.mention;
  rule.origin_ = spec.origin;
  return rule;
}

PlaceholderRule PlaceholderRule::sentinel(
    std::string name,
    std::string text,
    std::vector<Way> ways,
    Mention mention,
    base::Origin origin) {
  PlaceholderRule rule;
  rule.name_ = std::move(name);
  rule.text_ = std::move(text);
  rule.ways_ = std::move(ways);
  rule.mention_ = mention;
  rule.origin_ = std::move(origin);
  return rule;
}

std::string Way::why_not(const policy::Target& target, Part part) const {
  auto reason = reach.why_not(target);
  const bool takes = parts.empty() || std::ranges::find(parts, part) != parts.end();
  if (!reason.empty() || takes) return reason;
  return fmt::format("is not put into the {}", name_of(part));
}

/// Of several reasons the one counts that is nearest to this request: of a way that only does not
/// take the part, else of one for this host.
std::string PlaceholderRule::why_not(const policy::Target& target, Part part) const {
  std::string why;
  bool is_near = false;
  for (const auto& way : ways_) {
    auto reason = way.why_not(target, part);
    if (reason.empty()) return {};
    const bool covers = way.reach.covers(target);
    if (!why.empty() && !covers && (is_near || !way.reach.has_host(target.host))) continue;
    why = std::move(reason);
    is_near = is_near || covers;
  }
  return why;
}

bool PlaceholderRule::is_for(std::string_view host) const {
  return std::ranges::any_of(ways_, [&](const Way& way) { return way.reach.has_host(host); });
}

}  // namespace secrets
