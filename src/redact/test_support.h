// SPDX-License-Identifier: Apache-2.0
#pragma once
// For the tests of this folder: scanners in a line.

#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "redact/scanner.h"

namespace redact::test {

inline constexpr std::string_view token = "s3cr3t/Token+for\"tests&4f1d9a";

inline RuleSpec secret_rule(std::string name, std::string_view value, Action action) {
  RuleSpec spec{.name = std::move(name), .action = action, .origin = {.file = "c.toml", .line = 7}};
  spec.source.value = base::Secret(value);
  return spec;
}

inline RuleSpec pattern_rule(std::string name, std::string pattern, Action action) {
  return {
      .name = std::move(name),
      .action = action,
      .pattern = std::move(pattern),
      .origin = {.file = "c.toml", .line = 9}};
}

inline base::Result<std::shared_ptr<const Scanner>> create(
    const Settings& settings, const Scanner* former = nullptr) {
  static const secrets::Environment environment{{"SET", "value-of-the-variable"}};
  return Scanner::create(
      settings,
      {.environment = environment, .home = "/", .env_files = {}, .cache = {}, .former = former});
}

template <class... Specs>
std::shared_ptr<const Scanner> scanner_after(const Scanner* former, Specs... specs) {
  Settings settings;
  (settings.rules.push_back(std::move(specs)), ...);
  return create(settings, former).value();
}

template <class... Specs>
std::shared_ptr<const Scanner> scanner_of(Specs... specs) {
  return scanner_after(nullptr, std::move(specs)...);
}

inline std::shared_ptr<const Scanner> detecting(std::vector<std::string> names) {
  return create({.detectors = std::move(names)}).value();
}

}  // namespace redact::test
