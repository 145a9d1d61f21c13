// SPDX-License-Identifier: Apache-2.0
#include "secrets/placeholder_rule.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "policy/normalise.h"

namespace secrets {
namespace {

using base::ErrorKind;
using base::Result;
using policy::Pattern;
using policy::PatternType;
using policy::Scope;

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

Result<std::vector<Pattern>> compile_hosts(const PlaceholderSpec& spec) {
  std::vector<Pattern> hosts;
  for (const auto& written : spec.hosts) {
    const bool glob = written.find_first_of("*?[{") != std::string::npos;
    auto host =
        Pattern::compile(written, Scope::host, glob ? PatternType::glob : PatternType::exact);
    if (!host) return fail_spec(spec, std::move(host).error());
    hosts.push_back(*std::move(host));
  }
  return hosts;
}

Result<std::vector<std::string>> compile_methods(const PlaceholderSpec& spec) {
  std::vector<std::string> methods;
  for (const auto& written : spec.methods) {
    auto method = policy::normalise_method(written);
    if (!method) return fail_spec(spec, std::move(method).error());
    methods.push_back(*std::move(method));
  }
  return methods;
}

Result<std::vector<Pattern>> compile_paths(const PlaceholderSpec& spec) {
  std::vector<Pattern> paths;
  for (const auto& written : spec.paths) {
    auto path = Pattern::compile(written, Scope::path);
    if (!path) return fail_spec(spec, std::move(path).error());
    paths.push_back(*std::move(path));
  }
  return paths;
}

bool any_matches(const std::vector<Pattern>& patterns, std::string_view subject) {
  return std::ranges::any_of(
      patterns, [&](const Pattern& pattern) { return pattern.matches(subject); });
}

bool among(const auto& list, const auto& wanted) {
  return std::ranges::find(list, wanted) != list.end();
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
  rule.hosts_ = TRY(compile_hosts(spec));
  rule.methods_ = TRY(compile_methods(spec));
  rule.paths_ = TRY(compile_paths(spec));
  rule.ports_ = spec.ports;
  rule.parts_ = spec.in;
  rule.mention_ = spec.mention;
  rule.allow_plaintext_ = spec.allow_plaintext;
  rule.origin_ = spec.origin;
  return rule;
}

std::string PlaceholderRule::why_not(const policy::Target& target, Part part) const {
  if (!is_for(target.host)) return fmt::format("is not for {}", target.host);
  if (target.scheme != "https" && !allow_plaintext_)
    return "does not go over a connection without TLS";
  if (!takes_port(target)) return fmt::format("is not for port {}", target.port);
  if (!methods_.empty() && !among(methods_, target.method))
    return fmt::format("is not for {} requests", target.method);
  if (!paths_.empty() && !any_matches(paths_, target.path)) return "is not for this path";
  if (!takes(part)) return fmt::format("is not put into the {}", name_of(part));
  return {};
}

bool PlaceholderRule::is_for(std::string_view host) const { return any_matches(hosts_, host); }

bool PlaceholderRule::takes(Part part) const { return parts_.empty() || among(parts_, part); }

bool PlaceholderRule::takes_port(const policy::Target& target) const {
  if (ports_.empty()) return target.port == policy::default_port(target.scheme);
  return among(ports_, target.port);
}

}  // namespace secrets
