// SPDX-License-Identifier: Apache-2.0
#pragma once
// All rules as one thing that looks at texts. Immutable; shared by all threads; each request keeps
// the one that it began with.
//
// A secret is looked for as it is and in each of its disguises (secrets/disguises.h), a pattern as
// it is. Texts that are there as a whole are looked into more deeply (deep.h).

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "redact/finding.h"
#include "redact/patterns.h"
#include "redact/rule.h"
#include "secrets/needles.h"
#include "secrets/scrub.h"

namespace redact {

/// [proxy.redaction] as it was written.
struct Settings {
  std::vector<RuleSpec> rules{};
  std::vector<std::string> detectors{};  // names, see detectors.h
  Action detectors_action = Action::block;
  base::Origin detectors_origin{};

  bool empty() const { return rules.empty() && detectors.empty(); }
};

class Scanner;

/// What the sources of rules are read from.
struct Surroundings {
  const secrets::Environment& environment;
  std::filesystem::path home;
  std::span<const std::filesystem::path> env_files;  // of the project
  std::filesystem::path cache;                       // of compiled patterns; empty: none
  IsGiven is_given{};                                // to the sandbox
  const Scanner* former = nullptr;  // of the same session: what it looked for is looked for still
};

class Scanner {
public:
  /// Reads every source. Each error names the rule and where it was written: a source that cannot
  /// be read or gives fewer than `secrets::shortest_secret` bytes, a pattern that RE2 does not
  /// take, an unknown detector. No error holds a secret.
  static base::Result<std::shared_ptr<const Scanner>> create(
      const Settings& settings, const Surroundings& surroundings);

  /// An error that names both when a rule of the settings would find one of our own credentials:
  /// requests that are to have it would be refused. Built-in detectors are left out: they are to
  /// find such a token when the sandbox sends it.
  base::Result<> check_against(std::span<const secrets::NamedSecret> credentials) const;

  std::span<const Rule> rules() const { return rules_; }
  const Rule& rule_of(const Finding& finding) const { return rules_[finding.rule]; }

  /// What is found in the text as it stands, sorted. `parts`: see Patterns; none: all of it.
  Findings find(std::string_view text, std::span<const Patterns::Part> parts = {}) const;
  /// The same, and what is found behind up to three layers of encodings.
  Findings find_deeply(std::string_view text, std::span<const Patterns::Part> parts = {}) const;
  /// Only secrets, not patterns: for texts that were put together from pieces.
  Findings find_secrets(std::string_view text) const;
  /// The rule that finds something in a name which has no case: a host's, as it stands and without
  /// its dots, or a method. Of several the one with the most severe action; null when none does.
  const Rule* find_in_name(std::string_view name) const;

  /// How much of a text that was cut says nothing of a secret whose end is missing
  /// (Needles::settled_size). Patterns are not asked.
  std::size_t settled_size(std::string_view text) const { return needles_.settled_size(text); }

  /// The secrets that must not come back in an answer either: those of rules that do more than log.
  /// They live as long as this.
  std::vector<secrets::NamedSecret> hidden() const;

  /// The most severe action of the findings; nullopt when there are none.
  std::optional<Action> worst(const Findings& findings) const;
  /// The text with `[REDACTED:name]` in place of each finding (sorted) whose action is `least` or
  /// more severe. What overlaps is replaced as one, and named after what begins first.
  std::string replaced(
      std::string_view text, const Findings& findings, Action least = Action::redact) const;

private:
  friend class Stream;
  Scanner() = default;
  void add_former(
      const Scanner& former,
      std::string_view name,
      std::uint32_t rule,
      std::vector<base::Secret>& needles);
  void add_secret(base::Secret value, std::uint32_t rule, std::vector<base::Secret>& needles);
  void append_secrets(std::string_view text, Findings& out) const;
  void append_matches(const secrets::Needles& needles, std::string_view text, Findings& out) const;

  /// The value of a rule with a source.
  struct Value {
    base::Secret text;
    std::uint32_t rule = 0;
  };

  std::vector<Rule> rules_;
  std::uint32_t first_detector_ = 0;  // rules from here on are built in
  bool sees_escapes_ = false;         // a pattern looks at the borders of words or lines
  std::vector<Value> values_;
  secrets::Needles needles_;                 // the values and their disguises
  secrets::Needles folded_;                  // the same in lower case
  std::vector<std::uint32_t> needle_rules_;  // by needle, of both
  std::unique_ptr<const Patterns> patterns_;
};

}  // namespace redact
