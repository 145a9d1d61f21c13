// SPDX-License-Identifier: Apache-2.0
#include "secrets/login_rule.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "policy/decide.h"
#include "policy/normalise.h"
#include "secrets/among.h"
#include "secrets/store.h"

namespace secrets {
namespace {

using base::ErrorKind;
using base::Result;

std::unexpected<base::Error> fail_spec(
    const LoginSpec& spec, std::string_view what, std::string hint = {}) {
  return base::fail(
      ErrorKind::invalid, fmt::format("login `{}`: {}", base::escape_for_terminal(spec.name), what),
      std::move(hint));
}

std::unexpected<base::Error> fail_spec(const LoginSpec& spec, base::Error error) {
  return fail_spec(spec, error.message, std::move(error.hint));
}

/// As a lenient server reads a path: whatever the case, with or without a slash or a format at the
/// end.
std::string loosely(std::string_view path) {
  auto out = base::lower(policy::fold_path(path));
  constexpr std::string_view format = ".json";
  if (out.size() > 1 && out.ends_with('/')) out.pop_back();
  if (out.ends_with(format)) out.resize(out.size() - format.size());
  return out;
}

/// The URL in parts, as a reach.
Result<ReachSpec> read_endpoint(std::string_view url) {
  constexpr std::string_view scheme = "https://";
  const auto behind = url.substr(std::min(scheme.size(), url.size()));
  const auto slash = behind.find('/');
  if (!url.starts_with(scheme) || slash == behind.npos || url.find_first_of("?#@") != url.npos) {
    return base::fail(
        ErrorKind::invalid,
        fmt::format("`{}` is not the URL of a token endpoint", base::escape_for_terminal(url)),
        "write it as https://host/path, without a query");
  }
  const auto authority = behind.substr(0, slash);
  const auto colon = authority.rfind(':');
  const bool has_port = colon != authority.npos && !authority.ends_with(']');
  ReachSpec reach{.hosts = {std::string(authority.substr(0, has_port ? colon : authority.npos))}};
  reach.paths.emplace_back(behind.substr(slash));
  if (!has_port) return reach;
  const auto port = base::parse_number(authority.substr(colon + 1));
  if (!port || *port == 0 || *port > 65535)
    return base::fail(
        ErrorKind::invalid, fmt::format("`{}` has no port", base::escape_for_terminal(url)));
  reach.ports.push_back(static_cast<std::uint16_t>(*port));
  return reach;
}

Result<std::vector<Way>> ways_to_endpoints(const LoginSpec& spec) {
  if (spec.token_endpoints.empty()) {
    return fail_spec(
        spec, "it has no token endpoint",
        "name the URL that its tokens come from with `token_endpoints`");
  }
  std::vector<Way> ways;
  for (const auto& url : spec.token_endpoints) {
    const auto written = read_endpoint(url);
    if (!written) return fail_spec(spec, written.error());
    auto reach = Reach::compile(*written);
    if (!reach) return fail_spec(spec, std::move(reach).error());
    ways.push_back({.reach = *std::move(reach), .parts = {Part::body}});
  }
  return ways;
}

Result<std::vector<Reach>> answering_endpoints(const LoginSpec& spec) {
  std::vector<Reach> out;
  for (const auto& url : spec.token_endpoints) {
    auto written = TRY(read_endpoint(url));
    written.paths.front() = loosely(written.paths.front());
    out.push_back(TRY(Reach::compile(written)));
  }
  return out;
}

Result<std::vector<Way>> ways_to_hosts(const LoginSpec& spec) {
  auto reach = Reach::compile({.hosts = spec.hosts, .ports = spec.ports});
  if (!reach) return fail_spec(spec, std::move(reach).error());
  std::vector<Way> ways;
  ways.push_back({.reach = *std::move(reach), .parts = {Part::header}});
  return ways;
}

Result<> check_members(const LoginSpec& spec) {
  if (spec.access_tokens.empty() && spec.refresh_tokens.empty())
    return fail_spec(spec, "no member of an answer is a token");
  for (const auto* list : {&spec.access_tokens, &spec.refresh_tokens}) {
    for (const auto& member : *list) {
      if (is_secret_name(member)) continue;
      return fail_spec(
          spec, fmt::format(
                    "`{}` is no name of a member: letters, digits, '-', '_' and '.'",
                    base::escape_for_terminal(member)));
    }
  }
  for (const auto& member : spec.access_tokens)
    if (among(spec.refresh_tokens, member))
      return fail_spec(
          spec, fmt::format("`{}` is both an access token and a refresh token", member));
  return {};
}

}  // namespace

Result<LoginRule> LoginRule::compile(const LoginSpec& spec) {
  if (!is_secret_name(spec.name))
    return fail_spec(spec, "its name may hold only letters, digits, '-', '_' and '.'");
  TRY_VOID(check_members(spec));
  LoginRule rule;
  rule.name_ = spec.name;
  rule.to_endpoints_ = TRY(ways_to_endpoints(spec));
  rule.answering_ = TRY(answering_endpoints(spec));
  rule.to_hosts_ = TRY(ways_to_hosts(spec));
  rule.access_tokens_ = spec.access_tokens;
  rule.refresh_tokens_ = spec.refresh_tokens;
  rule.mention_ = spec.mention;
  rule.origin_ = spec.origin;
  return rule;
}

bool LoginRule::is_answered_with_tokens(const policy::Target& target) const {
  const auto path = loosely(target.path);
  auto read = target;
  read.path = path;
  return std::ranges::any_of(answering_, [&](const Reach& each) { return each.covers(read); });
}

bool LoginRule::concerns(std::string_view host) const {
  const auto has_host = [&](const Way& way) { return way.reach.has_host(host); };
  return std::ranges::any_of(to_endpoints_, has_host) || std::ranges::any_of(to_hosts_, has_host);
}

bool LoginRule::shares_endpoint_with(const LoginRule& other) const {
  return std::ranges::any_of(to_endpoints_, [&](const Way& way) {
    return std::ranges::any_of(
        other.to_endpoints_, [&](const Way& theirs) { return way.reach.overlaps(theirs.reach); });
  });
}

std::vector<Way> LoginRule::ways_of(std::string_view member) const {
  if (among(refresh_tokens_, member)) return to_endpoints_;
  if (!among(access_tokens_, member)) return {};
  auto ways = to_hosts_;
  ways.insert(ways.end(), to_endpoints_.begin(), to_endpoints_.end());
  return ways;
}

PlaceholderRule LoginRule::sentinel(std::string_view member, std::string text) const {
  return PlaceholderRule::sentinel(
      name_of_token(member), std::move(text), ways_of(member), mention_, origin_);
}

std::string LoginRule::name_of_token(std::string_view member) const {
  return name_ + "." + std::string(member);
}

}  // namespace secrets
