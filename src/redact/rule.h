// SPDX-License-Identifier: Apache-2.0
#pragma once
// What must not leave: a secret (by where it comes from) or a regular expression, and what happens
// to a request that has it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/origin.h"
#include "base/result.h"
#include "secrets/source.h"

namespace redact {

/// From the mildest to the most severe; the most severe of all findings decides over a request.
enum class Action : std::uint8_t { log, redact, block };

std::string_view name_of(Action action);
std::optional<Action> action_named(std::string_view name);

/// A rule as it was written: a source or a pattern.
struct RuleSpec {
  std::string name;
  Action action = Action::block;
  secrets::Source source{};
  std::string pattern{};  // RE2; used when it is not empty
  base::Origin origin{};

  /// Whether its source is a key alone: that of one of the project's `.env` files.
  bool is_in_env_files() const { return !source.configured() && !source.env_file_key.empty(); }
};

/// A rule as findings name it.
struct Rule {
  std::string name;
  Action action = Action::block;
  base::Origin origin{};  // of a built-in detector: file "detector"
  std::string label{};    // "[REDACTED:name]"
};

/// Names stand in URLs, header fields and terminals: printable ASCII, at most 64 characters.
base::Result<> check_name(std::string_view name);

/// Whether a pattern can be used: RE2 understands it, and it does not match the empty text. The
/// error says what is wrong.
base::Result<> check_pattern(std::string_view pattern);

}  // namespace redact
