// SPDX-License-Identifier: Apache-2.0
#pragma once
// The engine below every glob: a list of tokens run as a state set, so a match takes at most (bytes
// x tokens) steps whatever the pattern and the subject are. Literal ends are compared first; most
// patterns need nothing more.

#include <bitset>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace policy {

using ByteSet = std::bitset<256>;

/// One step: takes a byte of `accepts`, any number of them when it `repeats`. `skip` tokens, itself
/// included, may be left out.
struct GlobToken {
  ByteSet accepts;
  std::optional<char> literal{};  // the only byte it accepts, if it is but one
  bool repeats = false;
  std::size_t skip = 0;
};

class Glob {
public:
  explicit Glob(std::vector<GlobToken> tokens);
  /// Matches exactly `text`.
  static Glob literal(std::string_view text);

  bool matches(std::string_view subject) const;

  /// What every match begins and ends with.
  const std::string& prefix() const { return prefix_; }
  const std::string& suffix() const { return suffix_; }
  /// Only prefix() matches.
  bool is_literal() const { return tokens_.empty() && suffix_.empty(); }
  /// Matches whatever ends in suffix(): "*.example.com", "*".
  bool is_suffix() const;

private:
  std::string prefix_;
  std::vector<GlobToken> tokens_;  // between prefix and suffix
  std::string suffix_;
};

/// False only when no text matches both.
bool may_overlap(const Glob& a, const Glob& b);

}  // namespace policy
