// SPDX-License-Identifier: Apache-2.0
#include "secrets/injector_rule.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "policy/normalise.h"
#include "secrets/dummy.h"
#include "secrets/header_name.h"

namespace secrets {
namespace {

using base::ErrorKind;
using base::Result;
using policy::Pattern;
using policy::PatternType;
using policy::Scope;

constexpr std::string_view default_username = "x-access-token";  // forges take any beside a token
constexpr std::size_t exact_specificity =
    1000;  // more than any glob: a host has at most 253 characters

std::unexpected<base::Error> fail_spec(
    const InjectorSpec& spec, std::string what, std::string hint = {}) {
  return base::fail(
      ErrorKind::invalid,
      fmt::format("credential `{}`: {}", base::escape_for_terminal(spec.name), what),
      std::move(hint));
}

/// The error of a part of the spec, as an error of the spec.
std::unexpected<base::Error> fail_spec(const InjectorSpec& spec, base::Error error) {
  return fail_spec(spec, std::move(error.message), std::move(error.hint));
}

/// The name stands in what replaces a secret in responses: it must not be able to end a header
/// field.
bool is_plain_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return base::is_alpha(c) || base::is_digit(c) || c == '-' || c == '_' || c == '.';
  });
}

/// What was written, else what the preset says, else nothing.
std::string either(
    const std::optional<std::string>& written,
    const Preset* preset,
    std::string_view Preset::* part) {
  if (written && !written->empty()) return *written;
  return preset != nullptr ? std::string(preset->*part) : std::string();
}

Result<Pattern> compile_host(const InjectorSpec& spec, const Preset* preset) {
  const std::string host = either(spec.host, preset, &Preset::host);
  if (host.empty())
    return fail_spec(spec, "it has no host", "name the host that the credential is meant for");
  const bool glob = host.find_first_of("*?[{") != std::string::npos;
  auto pattern = Pattern::compile(host, Scope::host, glob ? PatternType::glob : PatternType::exact);
  if (!pattern) return fail_spec(spec, std::move(pattern).error());
  return pattern;
}

Result<std::string> compile_header(const InjectorSpec& spec, const Preset* preset) {
  const std::string header = either(spec.header, preset, &Preset::header);
  if (header.empty())
    return fail_spec(spec, "it has no header", "name the header that carries the credential");
  auto canonical = canonical_header(header);
  if (!canonical) return fail_spec(spec, std::move(canonical).error());
  return canonical;
}

/// A name as a parameter or a cookie has it: a token (RFC 9110, 5.6.2), so that nobody reads more
/// than a name.
Result<std::string> compile_token(
    const InjectorSpec& spec, const std::optional<std::string>& name, std::string_view key) {
  if (!name || name->empty())
    return fail_spec(spec, fmt::format("it has no {}", key), fmt::format("name it with `{}`", key));
  const bool plain = std::ranges::all_of(*name, [](char c) {
    return base::is_alpha(c) || base::is_digit(c) || std::string_view("!#$'*-.^_`|~[]").contains(c);
  });
  if (plain) return *name;
  return fail_spec(
      spec, fmt::format("`{}` is no name for a {}", base::escape_for_terminal(*name), key));
}

Result<Slot> compile_slot(const InjectorSpec& spec, const Preset* preset, CredentialType type) {
  switch (type) {
    case CredentialType::header:
      return Slot{Slot::Place::header, TRY(compile_header(spec, preset))};
    case CredentialType::query:
      return Slot{Slot::Place::query, TRY(compile_token(spec, spec.parameter, "parameter"))};
    case CredentialType::cookie:
      return Slot{Slot::Place::cookie, TRY(compile_token(spec, spec.cookie, "cookie"))};
    case CredentialType::bearer:
    case CredentialType::basic:
    case CredentialType::aws_sigv4:
      break;
  }
  return Slot{Slot::Place::header, "Authorization"};
}

/// What is written around the token.
std::string compile_format(const InjectorSpec& spec, const Preset* preset, CredentialType type) {
  if (type == CredentialType::bearer) return "Bearer {token}";
  std::string format = type == CredentialType::header
                           ? either(spec.value_format, preset, &Preset::value_format)
                           : spec.value_format.value_or("");
  return format.empty() ? "{token}" : std::move(format);
}

Result<std::vector<std::string>> compile_schemes(const InjectorSpec& spec) {
  std::vector<std::string> schemes;
  for (const auto& written : spec.schemes) {
    auto scheme = base::lower(written);
    if (scheme != "https" && scheme != "http")
      return fail_spec(
          spec, fmt::format("`{}` is no scheme", base::escape_for_terminal(written)),
          "the schemes are https and http");
    if (scheme == "http" && !spec.allow_plaintext)
      return fail_spec(
          spec, "http is unencrypted", "say `allow_plaintext = true` too, if that is meant");
    schemes.push_back(std::move(scheme));
  }
  if (!schemes.empty()) return schemes;
  schemes.emplace_back("https");
  if (spec.allow_plaintext) schemes.emplace_back("http");
  return schemes;
}

Result<std::vector<std::string>> compile_methods(const InjectorSpec& spec) {
  std::vector<std::string> methods;
  for (const auto& written : spec.methods) {
    auto method = policy::normalise_method(written);
    if (!method) return fail_spec(spec, std::move(method).error());
    methods.push_back(*std::move(method));
  }
  return methods;
}

Result<std::vector<Pattern>> compile_paths(const InjectorSpec& spec, const Preset* preset) {
  std::vector<std::string> wanted = spec.paths;
  if (wanted.empty() && preset != nullptr) {
    for (const auto path : preset->paths)
      if (!path.empty()) wanted.emplace_back(path);
  }
  std::vector<Pattern> paths;
  for (const auto& written : wanted) {
    auto path = Pattern::compile(written, Scope::path);
    if (!path) return fail_spec(spec, std::move(path).error());
    paths.push_back(*std::move(path));
  }
  return paths;
}

std::size_t specificity_of(const Pattern& host) {
  if (host.type() == PatternType::exact) return exact_specificity;
  return static_cast<std::size_t>(
      std::ranges::count_if(host.text(), [](char c) { return c != '*' && c != '?'; }));
}

bool same_host(const Pattern& a, const Pattern& b) {
  if (a.type() != b.type()) return false;
  // An exact pattern matches its own spelling and no other host, whatever the case it was written
  // in.
  return a.type() == PatternType::exact ? policy::may_overlap(a, b)
                                        : base::iequals(a.text(), b.text());
}

/// Elsewhere than at the preset's host a dummy in its variables would only lock programs out there.
std::map<std::string, std::string> variables_of(
    const InjectorSpec& spec, const Preset* preset, const std::string& dummy) {
  std::map<std::string, std::string> out;
  if (spec.env) {
    for (const auto& name : *spec.env)
      out.emplace(name, dummy);
    return out;
  }
  if (preset == nullptr || spec.host) return out;
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!name.empty()) out.emplace(name, value);
  };
  for (const auto& names : {preset->environment, preset->access_key_environment})
    for (const auto name : names)
      add(name, dummy);
  add(preset->username_variable, spec.username.value_or(std::string(preset->username)));
  return out;
}

bool among(const auto& list, const auto& wanted) {
  return std::ranges::find(list, wanted) != list.end();
}

/// Empty means "all".
template <class T, class Overlap>
bool lists_overlap(const std::vector<T>& a, const std::vector<T>& b, Overlap overlap) {
  if (a.empty() || b.empty()) return true;
  return std::ranges::any_of(a, [&](const T& one) {
    return std::ranges::any_of(b, [&](const T& other) { return overlap(one, other); });
  });
}

}  // namespace

Result<InjectorRule> InjectorRule::compile(const InjectorSpec& spec) {
  if (!is_plain_name(spec.name)) {
    return fail_spec(spec, "its name may hold only letters, digits, '-', '_' and '.'");
  }
  auto preset = preset_of(spec);
  if (!preset) return fail_spec(spec, std::move(preset).error());
  const auto type = type_of(spec);
  if (!type) return fail_spec(spec, type.error());
  InjectorRule rule(TRY(compile_host(spec, *preset)));
  rule.name_ = spec.name;
  rule.preset_ = *preset;
  rule.type_ = *type;
  rule.slot_ = TRY(compile_slot(spec, *preset, *type));
  rule.value_format_ = compile_format(spec, *preset, *type);
  rule.username_ = either(spec.username, *preset, &Preset::username);
  if (rule.username_.empty()) rule.username_ = default_username;
  if (rule.username_.contains(':')) return fail_spec(spec, "a user name cannot hold a colon");
  rule.region_ = spec.region.value_or("");
  rule.service_ = spec.service.value_or("");
  rule.dummy_ = spec.dummy && !spec.dummy->empty() ? *spec.dummy : std::string(default_dummy);
  rule.variables_ = variables_of(spec, *preset, rule.dummy_);
  rule.overwrite_ = spec.overwrite;
  rule.schemes_ = TRY(compile_schemes(spec));
  rule.ports_ = spec.ports;
  if (among(rule.ports_, 0)) return fail_spec(spec, "0 is not a port");
  rule.methods_ = TRY(compile_methods(spec));
  rule.paths_ = TRY(compile_paths(spec, *preset));
  rule.origin_ = spec.origin;
  return rule;
}

bool InjectorRule::matches(const policy::Target& target) const {
  if (!among(schemes_, target.scheme)) return false;
  if (!takes_port(target) || !host_.matches(target.host)) return false;
  if (!methods_.empty() && !among(methods_, target.method)) return false;
  return paths_.empty() || std::ranges::any_of(paths_, [&](const Pattern& path) {
           return path.matches(target.path);
         });
}

bool InjectorRule::takes_port(const policy::Target& target) const {
  if (ports_.empty()) return target.port == policy::default_port(target.scheme);
  return among(ports_, target.port);
}

bool InjectorRule::matches_every_host() const {
  return host_.text().find_first_not_of("*?.") == std::string::npos;
}

bool InjectorRule::is_before(const InjectorRule& other) const {
  const std::size_t ours = specificity_of(host_);
  const std::size_t theirs = specificity_of(other.host_);
  return ours != theirs ? ours > theirs : name_ < other.name_;
}

bool InjectorRule::conflicts_with(const InjectorRule& other) const {
  return slot_.overlaps(other.slot_) && same_host(host_, other.host_) &&
         lists_overlap(schemes_, other.schemes_, std::equal_to<>()) &&
         lists_overlap(ports_, other.ports_, std::equal_to<>()) &&
         lists_overlap(methods_, other.methods_, std::equal_to<>()) &&
         lists_overlap(paths_, other.paths_, [](const Pattern& a, const Pattern& b) {
           return policy::may_overlap(a, b);
         });
}

}  // namespace secrets
