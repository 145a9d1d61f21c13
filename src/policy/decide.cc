// SPDX-License-Identifier: Apache-2.0
#include "policy/decide.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <optional>

namespace policy {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

/// Where a rule for such hosts is found: under a name, under a suffix, or only by trying it.
enum class Key { name, suffix, none };

Key key_of(const Glob& glob) {
  if (glob.is_literal()) return Key::name;
  const std::string& suffix = glob.suffix();
  return glob.is_suffix() && suffix.starts_with('.') ? Key::suffix : Key::none;
}

std::atomic<std::uint64_t> last_number = 0;

/// A target in its readings. Each is made when the first rule asks for it, which few policies do.
class Readings {
public:
  explicit Readings(const Target& target) : target_(target) {}

  bool match(const Rule& rule) {
    if (!rule.matches_protocol(Protocol::tcp)) return false;
    if (!rule.matches_port(target_.port) || !rule.matches_scheme(target_.scheme)) return false;
    if (!rule.matches_method(target_.method)) return false;
    if (!rule.path() && !rule.url()) return true;
    if (matches(rule.path(), rule.url(), target_, url_)) return true;
    return rule.action() != Action::allow && match_otherwise(rule);
  }

private:
  using Url = std::optional<std::string>;

  struct Reading {
    std::string path;
    std::string query;
    Url url{};
  };

  static bool matches(
      const std::optional<Pattern>& path,
      const std::optional<Pattern>& url,
      const Target& target,
      Url& url_text) {
    if (path && !path->matches(target.path)) return false;
    if (!url) return true;
    if (!url_text) url_text = url_of(target);
    return url->matches(*url_text);
  }

  bool matches(
      const std::optional<Pattern>& path, const std::optional<Pattern>& url, Reading& reading) {
    Target target = target_;
    target.path = reading.path;
    target.query = reading.query;
    return matches(path, url, target, reading.url);
  }

  bool match_otherwise(const Rule& rule) {
    if (!folded_) {
      folded_ = {.path = fold_path(target_.path), .query = std::string(target_.query)};
      loose_ = {.path = loosen_path(target_.path), .query = loosen_query(target_.query)};
    }
    return matches(rule.path(), rule.url(), *folded_) ||
           matches(rule.loose_path(), rule.loose_url(), *loose_);
  }

  Target target_;
  Url url_;
  std::optional<Reading> folded_;
  std::optional<Reading> loose_;
};

Decision answer(const Policy& policy, const Rule* rule, std::string_view host) {
  if (rule) return {rule->action(), rule, rule->reason()};
  const auto& [action, origin] = policy.otherwise();
  std::string reason = fmt::format("no rule matches {} (default action", host);
  if (!origin.empty()) reason += " of " + origin;
  return {action, nullptr, reason + ")"};
}

/// Nothing but host and port stands between this rule and a request.
bool is_unconditional(const Rule& rule) {
  return !rule.needs_interception() && rule.spec().schemes.empty();
}

template <class AboutPort>
bool could_allow_if(const Policy& policy, std::string_view host, AboutPort about_port) {
  const Rule* rule = policy.first(host, [&](const Rule& candidate) {
    return about_port(candidate) &&
           (candidate.action() != Action::block || is_unconditional(candidate));
  });
  return (rule ? rule->action() : policy.otherwise().action) != Action::block;
}

}  // namespace

Result<Policy> Policy::create(std::vector<Rule> floor, std::vector<Rule> rules, Default otherwise) {
  for (const Rule& rule : floor) {
    if (rule.action() == Action::block) continue;
    return fail(
        ErrorKind::invalid, "a floor rule can only block: " + describe(rule),
        "move it to [[proxy.filter.rules]]");
  }
  const std::size_t floor_size = floor.size();
  std::ranges::move(rules, std::back_inserter(floor));
  return Policy(std::move(floor), floor_size, std::move(otherwise));
}

Policy::Policy(std::vector<Rule> rules, std::size_t floor_size, Default otherwise)
    : rules_(std::move(rules)),
      floor_size_(floor_size),
      number_(++last_number),
      otherwise_(std::move(otherwise)) {
  for (std::size_t position = 0; position < rules_.size(); ++position)
    add_to_index(position);
}

void Policy::add_to_index(std::size_t position) {
  const Pattern* reach = rules_[position].reach();
  const bool is_named =
      reach && !reach->globs().empty() && std::ranges::all_of(reach->globs(), [](const Glob& glob) {
        return key_of(glob) != Key::none;
      });
  if (!is_named) {
    unnamed_.push_back(position);
    return;
  }
  for (const Glob& glob : reach->globs()) {
    Positions& positions =
        key_of(glob) == Key::name ? by_name_[glob.prefix()] : by_suffix_[glob.suffix()];
    if (positions.empty() || positions.back() != position) positions.push_back(position);
  }
}

Decision decide(const Policy& policy, const Target& target) {
  Readings readings(target);
  const Rule* rule =
      policy.first(target.host, [&](const Rule& candidate) { return readings.match(candidate); });
  return answer(policy, rule, target.host);
}

Decision decide_connection(
    const Policy& policy, std::string_view host, std::uint16_t port, ConnectionKind kind) {
  const bool is_raw = kind == ConnectionKind::raw_tcp;
  const Rule* rule = policy.first(host, [&](const Rule& candidate) {
    if (!candidate.matches_port(port) || !candidate.matches_protocol(Protocol::tcp)) return false;
    // What cannot be checked is not passed by either: a rule that allows does not count, one that
    // blocks or asks does.
    const bool checkable =
        !candidate.needs_interception() &&
        (is_raw ? candidate.spec().schemes.empty() : candidate.matches_scheme("https"));
    if (candidate.action() != Action::allow)
      return checkable || is_raw || candidate.needs_interception();
    return checkable && !(is_raw && candidate.spec().ports.empty());
  });
  auto decision = answer(policy, rule, host);
  if (is_raw && rule == nullptr && decision.action != Action::allow && could_allow(policy, host))
    decision.reason = fmt::format(
        "this is neither HTTP nor TLS, and no rule allows {} by its port {}", host, port);
  return decision;
}

Decision decide_datagrams(const Policy& policy, std::string_view host, std::uint16_t port) {
  const Rule* rule = policy.first(host, [port](const Rule& candidate) {
    return candidate.matches_port(port) && candidate.matches_protocol(Protocol::udp);
  });
  if (rule && rule->action() == Action::allow) return {Action::allow, rule, rule->reason()};
  if (rule) return {Action::block, rule, rule->reason()};
  return {
      Action::block, nullptr,
      fmt::format("no rule with protocol = \"udp\" allows {} port {}", host, port)};
}

bool could_allow(const Policy& policy, std::string_view host) {
  return could_allow_if(policy, host, [](const Rule& rule) {
    return rule.action() != Action::block || (rule.spec().ports.empty() && !rule.spec().protocol);
  });
}

bool could_allow(const Policy& policy, std::string_view host, std::uint16_t port) {
  return could_allow_if(policy, host, [port](const Rule& rule) {
    return rule.matches_port(port) && rule.matches_protocol(Protocol::tcp);
  });
}

bool passthrough(const Policy& policy, std::string_view host, std::uint16_t port) {
  const Rule* rule = policy.first(host, [port](const Rule& candidate) {
    return !candidate.needs_interception() && candidate.matches_port(port) &&
           candidate.matches_scheme("https") && candidate.matches_protocol(Protocol::tcp);
  });
  return rule && rule->spec().tls == Tls::passthrough;
}

bool private_allowed(
    const Policy& policy, std::string_view host, std::uint16_t port, Protocol protocol) {
  return policy.first(host, [port, protocol](const Rule& candidate) {
    return candidate.spec().allow_private && candidate.matches_port(port) &&
           candidate.spec().protocol.value_or(Protocol::tcp) == protocol;
  }) != nullptr;
}

}  // namespace policy
