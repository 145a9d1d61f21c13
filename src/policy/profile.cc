// SPDX-License-Identifier: Apache-2.0
#include "policy/profile.h"

#include <fmt/format.h>

#include <span>
#include <utility>

#include "base/text.h"
#include "policy/profile_hosts.h"

namespace policy {
namespace {

struct HostGroup {
  std::string_view purpose;
  std::string_view hosts;
};

constexpr HostGroup balanced_groups[] = {
    {"AI service", ai_services},
    {"package registry", package_registries},
    {"code host", code_hosts},
    {"developer service", developer_services},
};

struct Row {
  Profile profile;
  std::string_view name;
  Action otherwise;
  std::span<const HostGroup> allowed;
};

constexpr Row profiles[] = {
    {Profile::open, "open", Action::allow, {}},
    {Profile::balanced, "balanced", Action::block, balanced_groups},
    {Profile::locked_down, "locked-down", Action::block, {}},
    {Profile::ask, "ask", Action::ask, {}},
};

const Row& row_of(Profile profile) {
  for (const Row& row : profiles) {
    if (row.profile == profile) return row;
  }
  std::unreachable();
}

std::string origin_of(const Row& row) { return fmt::format("profile {}", row.name); }

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (const auto line : base::split(text, '\n')) {
    for (const auto word : base::split(line, ' ')) {
      if (!word.empty()) words.push_back(word);
    }
  }
  return words;
}

/// The table is compiled by a test: a host in it that is no pattern is a bug, and value() would say
/// so.
Rule allow(std::string_view host, std::string_view purpose, const std::string& origin) {
  return compile(RuleSpec{
                     .action = Action::allow,
                     .host = PatternSpec{.text = std::string(host)},
                     .reason = fmt::format("{} is a known {} ({})", host, purpose, origin),
                     .origin = {.file = origin}})
      .value();
}

}  // namespace

std::string_view name_of(Profile profile) { return row_of(profile).name; }

std::optional<Profile> profile_named(std::string_view name) {
  for (const Row& row : profiles) {
    if (row.name == name) return row.profile;
  }
  return std::nullopt;
}

std::vector<Rule> rules_for(Profile profile) {
  const Row& row = row_of(profile);
  const std::string origin = origin_of(row);
  std::vector<Rule> rules;
  for (const auto& [purpose, hosts] : row.allowed) {
    const auto words = words_of(hosts);
    rules.reserve(rules.size() + words.size());
    for (const auto host : words) {
      rules.push_back(allow(host, purpose, origin));
    }
  }
  return rules;
}

Default default_for(Profile profile) {
  const Row& row = row_of(profile);
  return {.action = row.otherwise, .origin = origin_of(row)};
}

}  // namespace policy
