// SPDX-License-Identifier: Apache-2.0
#include "policy/decide.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <optional>

#include "base/text.h"

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

// As normal forms spell them.
constexpr std::string_view escaped_slash = "%2F";
constexpr std::string_view escaped_backslash = "%5C";

/// One reading of a target. The URL is put together when the first rule asks for it.
class Reading {
public:
  explicit Reading(const Target& target) : target_(target) {}

  bool matches(const Rule& rule) {
    if (!rule.matches_protocol(Protocol::tcp)) return false;
    if (!rule.matches_port(target_.port) || !rule.matches_scheme(target_.scheme)) return false;
    if (!rule.matches_method(target_.method)) return false;
    if (rule.path() && !rule.path()->matches(target_.path)) return false;
    return !rule.url() || rule.url()->matches(url());
  }

private:
  const std::string& url() {
    if (!url_) url_ = url_of(target_);
    return *url_;
  }

  Target target_;
  std::optional<std::string> url_;
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

namespace {

bool may_fold(std::string_view path) {
  return path.contains("//") || path.contains(';') || path.contains(escaped_slash) ||
         path.contains(escaped_backslash);
}

}  // namespace

std::string fold_path(std::string_view path) {
  std::string out;
  bool in_parameter = false;
  while (!path.empty()) {
    const bool is_escape =
        base::iequals(path.substr(0, escaped_slash.size()), escaped_slash) ||
        base::iequals(path.substr(0, escaped_backslash.size()), escaped_backslash);
    const char c = is_escape ? '/' : path.front();
    path.remove_prefix(is_escape ? escaped_slash.size() : 1);
    if (c == '/') in_parameter = false;
    if (c == ';') in_parameter = true;
    if (!in_parameter && (c != '/' || !out.ends_with('/'))) out += c;
  }
  return out;
}

Decision decide(const Policy& policy, const Target& target) {
  Reading as_sent(target);
  const std::string folded_path = may_fold(target.path) ? fold_path(target.path) : "";
  const bool is_ambiguous = !folded_path.empty() && folded_path != target.path;
  Target folded_target = target;
  folded_target.path = folded_path;
  Reading folded(folded_target);

  const Rule* rule = policy.first(target.host, [&](const Rule& candidate) {
    if (as_sent.matches(candidate)) return true;
    return is_ambiguous && candidate.action() != Action::allow && folded.matches(candidate);
  });
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
