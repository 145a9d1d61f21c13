// SPDX-License-Identifier: Apache-2.0
#include "secrets/injector_rule.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "policy/normalise.h"
#include "secrets/dummy.h"
#include "secrets/grant.h"
#include "secrets/header_name.h"

namespace secrets {
namespace {

using base::ErrorKind;
using base::Result;
using policy::Pattern;
using policy::PatternType;

constexpr std::string_view default_username = "x-access-token";  // forges take any beside a token
constexpr std::string_view google_hosts = "*.googleapis.com";
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
    case CredentialType::oauth2:
      if (!spec.header) break;
      return Slot{Slot::Place::header, TRY(compile_header(spec, preset))};
    case CredentialType::query:
      return Slot{Slot::Place::query, TRY(compile_token(spec, spec.parameter, "parameter"))};
    case CredentialType::cookie:
      return Slot{Slot::Place::cookie, TRY(compile_token(spec, spec.cookie, "cookie"))};
    case CredentialType::mtls:
      return Slot::client_certificate();
    case CredentialType::bearer:
    case CredentialType::basic:
    case CredentialType::aws_sigv4:
    case CredentialType::github_app:
    case CredentialType::service_account:
    case CredentialType::pocketbase:
      break;
  }
  return Slot{Slot::Place::header, "Authorization"};
}

/// What is written around the token.
std::string compile_format(const InjectorSpec& spec, const Preset* preset, CredentialType type) {
  if (type == CredentialType::bearer || type == CredentialType::github_app ||
      type == CredentialType::service_account)
    return "Bearer {token}";
  if (type == CredentialType::oauth2 && !spec.header)
    return spec.value_format.value_or("Bearer {token}");
  std::string format = type == CredentialType::header
                           ? either(spec.value_format, preset, &Preset::value_format)
                           : spec.value_format.value_or("");
  return format.empty() ? "{token}" : std::move(format);
}

/// Where a token that is fetched is good for, if nobody says so.
std::string usual_host(const InjectorSpec& spec, CredentialType type) {
  if (type == CredentialType::service_account) return std::string(google_hosts);
  const auto server = own_server(spec, type);
  return server ? server->host : std::string();
}

/// A server that was named with its port is meant on that port.
std::vector<std::uint16_t> ports_of(const InjectorSpec& spec, CredentialType type) {
  constexpr std::uint16_t https_port = 443;
  if (!spec.ports.empty() || spec.host) return spec.ports;
  const auto server = own_server(spec, type);
  if (!server || server->port == https_port) return {};
  return {server->port};
}

Result<Reach> compile_reach(const InjectorSpec& spec, const Preset* preset, CredentialType type) {
  std::string host = either(spec.host, preset, &Preset::host);
  if (host.empty()) host = usual_host(spec, type);
  if (host.empty())
    return fail_spec(spec, "it has no host", "name the host that the credential is meant for");
  ReachSpec wanted{
      .hosts = {host},
      .schemes = spec.schemes,
      .allow_plaintext = spec.allow_plaintext,
      .ports = ports_of(spec, type),
      .methods = spec.methods,
      .paths = spec.paths};
  if (wanted.paths.empty() && preset != nullptr) {
    for (const auto path : preset->paths)
      if (!path.empty()) wanted.paths.emplace_back(path);
  }
  auto reach = Reach::compile(wanted);
  if (!reach) return fail_spec(spec, std::move(reach).error());
  return reach;
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

}  // namespace

Result<InjectorRule> InjectorRule::compile(const InjectorSpec& spec) {
  if (!is_plain_name(spec.name)) {
    return fail_spec(spec, "its name may hold only letters, digits, '-', '_' and '.'");
  }
  auto preset = preset_of(spec);
  if (!preset) return fail_spec(spec, std::move(preset).error());
  const auto type = type_of(spec);
  if (!type) return fail_spec(spec, type.error());
  auto fetching = check_fetching(spec, *type);
  if (!fetching) return fail_spec(spec, std::move(fetching).error());
  InjectorRule rule;
  rule.name_ = spec.name;
  rule.reach_ = TRY(compile_reach(spec, *preset, *type));
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
  rule.origin_ = spec.origin;
  return rule;
}

bool InjectorRule::matches_every_host() const {
  return host().find_first_not_of("*?.") == std::string::npos;
}

bool InjectorRule::is_before(const InjectorRule& other) const {
  const std::size_t ours = specificity_of(host_pattern());
  const std::size_t theirs = specificity_of(other.host_pattern());
  if (ours != theirs) return ours > theirs;
  if (name_ != other.name_) return name_ < other.name_;
  return type_ <
         other.type_;  // two places of one credential: git's, which is narrower, comes first
}

bool InjectorRule::conflicts_with(const InjectorRule& other) const {
  return name_ != other.name_ && slot_.overlaps(other.slot_) &&
         same_host(host_pattern(), other.host_pattern()) &&
         reach_.overlaps_beside_host(other.reach_);
}

}  // namespace secrets
