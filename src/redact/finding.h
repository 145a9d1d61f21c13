// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where in a text something was found, and by which rule.

#include <compare>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

namespace redact {

struct Finding {
  std::size_t at = 0;
  std::size_t end = 0;     // one behind the last byte
  std::uint32_t rule = 0;  // its number in Scanner::rules()

  bool operator==(const Finding&) const = default;
  /// By place; of those that begin together the longest first.
  std::strong_ordering operator<=>(const Finding& other) const {
    return std::tie(at, other.end, rule) <=> std::tie(other.at, end, other.rule);
  }
};

using Findings = std::vector<Finding>;

}  // namespace redact
