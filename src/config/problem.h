// SPDX-License-Identifier: Apache-2.0
#pragma once
// One mistake in a configuration and the place where it stands.

#include <string>
#include <string_view>
#include <vector>

#include "base/origin.h"
#include "base/result.h"

namespace config {

struct Problem {
  base::Origin origin;
  std::string message;  // names the key; never holds a secret or a raw control character

  /// "file:line:col: message", escaped for a terminal.
  std::string to_string() const;
  bool operator==(const Problem&) const = default;
};

using Problems = std::vector<Problem>;

/// "key: message; hint" of an error, at its place in a file.
Problem problem_of(const base::Error& error, const base::Origin& origin, std::string_view key);

/// "file:line:col", without the parts that are unknown.
std::string place_of(const base::Origin& origin);

}  // namespace config
