// SPDX-License-Identifier: Apache-2.0
#pragma once
// The same rules for a body that streams by. However it is cut, the same comes out.
//
// Held back is what may still become a finding, whatever the secrets are: with secrets alone what
// stands behind the last line end or blank (Needles::settled_size). With patterns it is as many
// bytes as the longest match may have (16 KiB when a pattern has no end), and as many again so that
// nothing is looked at more than twice; of long bodies up to 48 KiB.

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "redact/scanner.h"

namespace redact {

class Stream {
public:
  explicit Stream(std::shared_ptr<const Scanner> scanner);

  /// What may pass of `in` as it is, when nothing is held and nothing found in it; the rest is held
  /// then. Else nullopt, and nothing was taken.
  std::optional<std::string_view> pass_on(std::string_view in, bool last);
  /// Appends to `out` what may pass now, with `[REDACTED:name]` in place of what is to be replaced;
  /// with `last` all the rest. When a rule that blocks has a match nothing passes any more: neither
  /// its first byte nor what comes later.
  void feed(std::string_view in, bool last, std::string& out);

  /// The rule that blocks, or null.
  const Rule* blocked() const { return blocked_; }
  /// The rules that had a match, each once, in the order of their first ones.
  const std::vector<const Rule*>& seen() const { return seen_; }
  /// How many places were replaced so far.
  std::size_t replaced() const { return replaced_; }

private:
  bool waits_for_more(std::string_view window, std::size_t fresh) const;
  std::size_t settled_in(std::string_view window) const;
  void look(std::string_view window, std::size_t settled, bool last);
  void pass(std::string_view window, std::size_t settled, std::string& out);
  void forget(std::size_t count);
  void note(const Rule& rule);

  std::shared_ptr<const Scanner> scanner_;
  std::string held_;               // `context_` bytes that passed, then those that did not
  std::size_t context_ = 0;        // what patterns look back at: a byte, but at the beginning
  std::size_t passed_ = 0;         // bytes, so far
  std::size_t written_ = 0;        // up to here, in held_, all has gone out or been replaced
  Findings pending_;               // in held_
  std::vector<std::size_t> next_;  // see Patterns
  const Rule* blocked_ = nullptr;
  std::vector<const Rule*> seen_;
  std::size_t replaced_ = 0;
};

}  // namespace redact
