// SPDX-License-Identifier: Apache-2.0
#include "config/redaction.h"

#include <fmt/format.h>

#include "config/reader.h"
#include "config/sources.h"
#include "redact/detectors.h"

namespace config {
namespace {

constexpr std::string_view redaction_rules_path = "proxy.redaction.rules";
constexpr std::string_view detectors_path = "proxy.redaction.detectors";

using redact::Action;

Action action_of(const Reader& reader, std::string_view key, Action otherwise) {
  const auto name = reader.text(key);
  return name ? redact::action_named(*name).value_or(otherwise) : otherwise;
}

/// Exactly one of `source` and `pattern`.
base::Result<> check_shape(const redact::RuleSpec& spec, bool has_source) {
  const bool has_pattern = !spec.pattern.empty();
  if (has_source == has_pattern) {
    return base::fail(
        base::ErrorKind::invalid,
        has_source ? "a source and a pattern" : "neither a source nor a pattern",
        "a rule has one of the two");
  }
  if (has_source && !spec.source.configured() && !spec.is_in_env_files()) {
    return base::fail(
        base::ErrorKind::invalid, "no source", "set value, env, file or env_file_key");
  }
  return redact::check_name(spec.name);
}

redact::RuleSpec spec_of(
    const Value& element,
    std::size_t number,
    Action otherwise,
    const std::filesystem::path& home,
    Problems& problems) {
  const Reader reader(*element.as<Table>());
  redact::RuleSpec spec{.origin = element.origin};
  spec.name = reader.text("name").value_or(fmt::format("rule-{}", number));
  spec.action = action_of(reader, "action", otherwise);
  spec.pattern = reader.text("pattern").value_or("");
  const Value* source = reader.find("source");
  if (source != nullptr) spec.source = source_of(*source->as<Table>(), home);
  if (const auto shape = check_shape(spec, source != nullptr); !shape) {
    problems.push_back(problem_of(shape.error(), element.origin, redaction_rules_path));
  } else if (!spec.pattern.empty()) {
    if (const auto usable = redact::check_pattern(spec.pattern); !usable)
      problems.push_back(problem_of(
          usable.error(), reader.find("pattern")->origin,
          std::string(redaction_rules_path) + ".pattern"));
  }
  return spec;
}

}  // namespace

Redaction redaction_of(
    const Table& effective, const std::filesystem::path& home, Problems& problems) {
  const Reader reader(effective);
  Redaction redaction{.enabled = reader.flag("proxy.redaction.enabled").value_or(false)};
  redaction.max_scan_bytes =
      static_cast<std::size_t>(reader.integer("proxy.redaction.max_scan_bytes").value_or(0));
  const auto otherwise = action_of(reader, "proxy.redaction.default_action", Action::block);
  auto& settings = redaction.settings;
  for (const Value* element : reader.tables(redaction_rules_path)) {
    const auto number = settings.rules.size() + 1;
    settings.rules.push_back(spec_of(*element, number, otherwise, home, problems));
  }
  settings.detectors = reader.texts(detectors_path);
  settings.detectors_action = otherwise;
  if (const Value* value = reader.find(detectors_path)) settings.detectors_origin = value->origin;
  if (const auto chosen = redact::detectors_named(settings.detectors); !chosen)
    problems.push_back(problem_of(chosen.error(), settings.detectors_origin, detectors_path));
  return redaction;
}

}  // namespace config
