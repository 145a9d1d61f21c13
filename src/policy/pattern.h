// SPDX-License-Identifier: Apache-2.0
#pragma once
// One condition of a rule about a host, a path or a URL: exact text, a glob or a regular
// expression, matched against text that is already normalised. Immutable; copies share the compiled
// form.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "policy/glob.h"
#include "policy/scope.h"

namespace re2 {
class RE2;
}

namespace policy {

enum class PatternType { exact, glob, regex };

std::string_view name_of(PatternType type);
std::optional<PatternType> pattern_type_named(std::string_view name);

class Pattern {
public:
  /// Without a type it is a regex (RE2, unanchored, case-insensitive for hosts) when it has any of
  /// `^$|()+\`, else a glob. Brackets or braces alone could be either: an error that asks for the
  /// type. Exact and glob patterns are normalised as their subjects are; a pattern that no subject
  /// can match is refused.
  static base::Result<Pattern> compile(
      std::string_view text, Scope scope, std::optional<PatternType> type = std::nullopt);

  bool matches(std::string_view subject) const;

  /// As it was written.
  const std::string& text() const { return text_; }
  Scope scope() const { return scope_; }
  PatternType type() const { return type_; }

  /// What an exact pattern or a glob was compiled to, one for each alternative; empty for a regex.
  const std::vector<Glob>& globs() const { return globs_; }

  /// For a URL pattern: a host pattern that matches the host of every URL it matches; none when
  /// that cannot be told.
  std::optional<Pattern> host() const;

private:
  Pattern(std::string_view text, Scope scope, PatternType type)
      : text_(text), scope_(scope), type_(type) {}

  std::string text_;
  Scope scope_;
  PatternType type_;
  std::vector<Glob> globs_;
  std::vector<Glob> hosts_;  // of a URL pattern
  std::shared_ptr<const re2::RE2> regex_;
};

/// False only when no subject matches both. Both have one scope.
bool may_overlap(const Pattern& a, const Pattern& b);

}  // namespace policy
