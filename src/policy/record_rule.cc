// SPDX-License-Identifier: Apache-2.0
#include "policy/record_rule.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace policy {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

Result<std::string> normalise_type(const std::string& text) {
  std::string type = text;
  std::ranges::transform(type, type.begin(), base::to_upper);
  if (std::ranges::find(record_types, type) != record_types.end()) return type;
  return fail(
      ErrorKind::invalid,
      fmt::format(
          "\"{}\" is no type of records that can be looked up", base::escape_for_terminal(text)),
      fmt::format("there are {}", fmt::join(record_types, ", ")));
}

/// A rule of the floor that is about the whole host, whatever else it says.
const Rule* floor_about(const Policy& policy, std::string_view name) {
  const auto found = std::ranges::find_if(policy.floor(), [&](const Rule& rule) {
    return !rule.needs_interception() && rule.spec().ports.empty() && rule.reaches(name);
  });
  return found == policy.floor().end() ? nullptr : &*found;
}

}  // namespace

Result<RecordRule> compile_record_rule(
    std::string host, std::vector<std::string> types, base::Origin origin) {
  if (types.empty()) return fail(ErrorKind::invalid, "there is no type of records");
  for (auto& type : types)
    type = TRY(normalise_type(type));
  RuleSpec spec{
      .action = Action::allow,
      .host = PatternSpec{.text = std::move(host)},
      .origin = std::move(origin)};
  return RecordRule{.rule = TRY(compile(std::move(spec))), .types = std::move(types)};
}

Decision decide_records(
    const Policy& policy,
    std::span<const RecordRule> rules,
    std::string_view name,
    std::string_view type) {
  if (const Rule* rule = floor_about(policy, name)) return {Action::block, rule, rule->reason()};
  for (const auto& [rule, types] : rules) {
    if (rule.reaches(name) && std::ranges::find(types, type) != types.end())
      return {Action::allow, &rule, rule.reason()};
  }
  return {
      Action::block, nullptr,
      fmt::format(
          "no rule of proxy.dns.rules has {0} records of {1}; to allow: host = \"{1}\", "
          "records = [\"{0}\"]",
          type, name)};
}

bool has_records(const Policy& policy, std::span<const RecordRule> rules, std::string_view name) {
  return std::ranges::any_of(
             rules, [&](const RecordRule& each) { return each.rule.reaches(name); }) &&
         floor_about(policy, name) == nullptr;
}

}  // namespace policy
