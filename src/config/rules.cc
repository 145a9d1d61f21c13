// SPDX-License-Identifier: Apache-2.0
#include "config/rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "config/reader.h"
#include "policy/datagrams.h"
#include "policy/interception.h"
#include "policy/profile.h"

namespace config {
namespace {

constexpr std::string_view floor_path = "proxy.filter.floor";
constexpr std::string_view filter_rules_path = "proxy.filter.rules";
constexpr std::string_view log_skip_path = "proxy.log_skip.rules";
constexpr std::string_view record_rules_path = "proxy.dns.rules";

std::optional<policy::PatternType> type_of(const Reader& rule) {
  const auto type = rule.text("type");
  return type ? policy::pattern_type_named(*type) : std::nullopt;
}

policy::Scope scope_of(const Reader& rule) {
  return policy::scope_named(rule.text("scope").value_or("host")).value_or(policy::Scope::host);
}

std::optional<policy::PatternSpec> condition(const Reader& rule, std::string_view key) {
  const auto text = rule.text(key);
  if (!text) return std::nullopt;
  return policy::PatternSpec{*text, type_of(rule)};
}

policy::RuleSpec spec_of(const Reader& rule, const base::Origin& origin) {
  policy::RuleSpec spec{.origin = origin};
  spec.action = policy::action_named(rule.text("action").value_or("block")).value();
  spec.host = condition(rule, "host");
  spec.path = condition(rule, "path");
  spec.url = condition(rule, "url");
  spec.methods = rule.texts("methods");
  spec.schemes = rule.texts("schemes");
  spec.ports = rule.integers("ports");
  if (const auto protocol = rule.text("protocol"))
    spec.protocol = policy::protocol_named(*protocol);
  spec.reason = rule.text("reason").value_or("");
  spec.allow_private = rule.flag("allow_private").value_or(false);
  spec.brokered = rule.text("require") == "brokered";
  spec.scrub = policy::scrub_named(rule.text("scrub").value_or("all")).value();
  spec.tls = policy::tls_named(rule.text("tls").value_or("inspect")).value();
  return spec;
}

base::Result<policy::Rule> rule_of(const Reader& rule, const base::Origin& origin) {
  auto spec = spec_of(rule, origin);
  const auto pattern = condition(rule, "pattern");
  if (pattern) TRY_VOID(policy::add_sugar(spec, scope_of(rule), *pattern));
  if (!pattern && rule.text("scope")) {
    return base::fail(
        base::ErrorKind::invalid, "scope without pattern",
        "write the condition as host, path or url");
  }
  return policy::compile(std::move(spec));
}

std::vector<policy::Rule> compile_list(
    const Reader& effective, std::string_view path, Problems& problems) {
  std::vector<policy::Rule> rules;
  for (const Value* element : effective.tables(path)) {
    const Reader reader(*element->as<Table>());
    auto rule = rule_of(reader, element->origin);
    if (rule) {
      rules.push_back(*std::move(rule));
      continue;
    }
    const auto origin = reader.origin(
        {"protocol", "pattern", "host", "path", "url", "methods", "schemes", "ports"},
        element->origin);
    problems.push_back(problem_of(rule.error(), origin, path));
  }
  return rules;
}

void refuse_unenforceable(
    std::span<const policy::Rule> rules, Interception interception, Problems& problems) {
  if (interception == Interception::off) {
    for (const auto* rule : policy::unenforceable_without_interception(rules)) {
      problems.push_back(
          {rule->spec().origin, fmt::format(
                                    "the rule `{}` looks inside requests, which proxy.mitm = false "
                                    "keeps closed; name only "
                                    "hosts and ports, or switch mitm on",
                                    policy::conditions_of(rule->spec()))});
    }
    return;
  }
  for (const auto& [rule, hidden_by] : policy::hidden_by_passthrough(rules)) {
    problems.push_back(
        {rule->spec().origin,
         fmt::format(
             "the rule `{}` looks inside requests that `{}` ({}) keeps closed with tls = "
             "\"passthrough\"",
             policy::conditions_of(rule->spec()), policy::conditions_of(hidden_by->spec()),
             place_of(hidden_by->spec().origin))});
  }
}

std::optional<policy::Profile> profile_of(const Reader& effective) {
  const auto name = effective.text("proxy.filter.profile");
  return name ? policy::profile_named(*name) : std::nullopt;
}

policy::Default default_of(const Reader& effective, std::optional<policy::Profile> profile) {
  constexpr std::string_view key = "proxy.filter.default_action";
  const auto action = effective.text(key);
  if (action)
    return {policy::action_named(*action).value(), effective.find(key)->origin.to_string()};
  return policy::default_for(profile.value_or(policy::Profile::balanced));
}

void refuse_opened_lock(const Reader& effective, Problems& problems) {
  const auto action = effective.text("proxy.filter.default_action").value_or("block");
  if (effective.text("proxy.filter.profile") != "locked-down" || action == "block") return;
  problems.push_back(
      {effective.find("proxy.filter.default_action")->origin,
       fmt::format(
           "proxy.filter.default_action = \"{}\" contradicts the profile locked-down ({}), which "
           "blocks "
           "what no rule allows",
           action, place_of(effective.find("proxy.filter.profile")->origin))});
}

}  // namespace

std::optional<policy::Policy> policy_of(
    const Table& effective, Interception interception, Problems& problems) {
  const Reader reader(effective);
  const auto before = problems.size();
  auto floor = compile_list(reader, floor_path, problems);
  auto rules = compile_list(reader, filter_rules_path, problems);
  refuse_opened_lock(reader, problems);
  auto all = floor;
  std::ranges::copy(rules, std::back_inserter(all));
  refuse_unenforceable(all, interception, problems);
  if (problems.size() > before) return std::nullopt;

  const auto profile = profile_of(reader);
  if (profile) std::ranges::move(policy::rules_for(*profile), std::back_inserter(rules));
  auto policy =
      policy::Policy::create(std::move(floor), std::move(rules), default_of(reader, profile));
  if (policy) return *std::move(policy);
  problems.push_back(problem_of(policy.error(), {}, floor_path));
  return std::nullopt;
}

void check_datagrams(const policy::Policy& policy, const Table& effective, Problems& problems) {
  constexpr std::size_t most_ports = 1024;
  constexpr std::size_t most_name_servers = 128;
  const auto first = std::ranges::find_if(policy.rules(), [](const policy::Rule& rule) {
    return rule.spec().protocol == policy::Protocol::udp && rule.action() == policy::Action::allow;
  });
  if (first == policy.rules().end()) return;
  const auto& origin = first->spec().origin;
  const auto datagrams = policy::datagrams_of(policy);
  if (datagrams.ports.size() > most_ports || datagrams.name_servers.size() > most_name_servers) {
    problems.push_back(
        {origin, fmt::format(
                     "rules with protocol = \"udp\" name more than {} ports or {} name servers",
                     most_ports, most_name_servers)});
  }
  const Reader reader(effective);
  const auto* source = reader.find("upstream.proxy_source");
  const bool has_source = source != nullptr && !source->as<Table>()->empty();
  if (!reader.text("upstream.proxy") && !has_source) return;
  problems.push_back(
      {origin, fmt::format(
                   "the rule `{}` is about UDP, which does not go through upstream.proxy; remove "
                   "one of the two",
                   policy::conditions_of(first->spec()))});
}

std::vector<policy::Pattern> log_skip_of(const Table& effective, Problems& problems) {
  std::vector<policy::Pattern> patterns;
  for (const Value* element : Reader(effective).tables(log_skip_path)) {
    const Reader reader(*element->as<Table>());
    const auto text = reader.text("pattern");
    if (!text) continue;
    auto pattern = policy::Pattern::compile(*text, scope_of(reader), type_of(reader));
    if (pattern) {
      patterns.push_back(*std::move(pattern));
    } else {
      const auto origin = reader.origin({"pattern"}, element->origin);
      problems.push_back(problem_of(pattern.error(), origin, log_skip_path));
    }
  }
  return patterns;
}

std::vector<policy::RecordRule> record_rules_of(const Table& effective, Problems& problems) {
  std::vector<policy::RecordRule> rules;
  for (const Value* element : Reader(effective).tables(record_rules_path)) {
    const Reader reader(*element->as<Table>());
    auto rule = policy::compile_record_rule(
        reader.text("host").value_or(""), reader.texts("records"), element->origin);
    if (rule) {
      rules.push_back(*std::move(rule));
    } else {
      const auto origin = reader.origin({"records", "host"}, element->origin);
      problems.push_back(problem_of(rule.error(), origin, record_rules_path));
    }
  }
  return rules;
}

}  // namespace config
