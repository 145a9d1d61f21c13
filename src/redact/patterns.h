// SPDX-License-Identifier: Apache-2.0
#pragma once
// Finds where any of many regular expressions match.
//
// Vectorscan reads the text once and says which of the expressions have a match in it at all; of
// these RE2, whose language the expressions are written in, finds the places. What Vectorscan
// cannot express, or what could mean something else to it, is given to RE2 alone.
//
// To compile a database takes many milliseconds, to load one microseconds: databases are kept in a
// directory, under a hash of everything that they depend on. Only patterns are in them, no secrets.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "redact/finding.h"
#include "redact/regex.h"

namespace redact {

class Vectorscan;

/// Whether a text is one that the gateway itself gave to the sandbox, which may have the form of a
/// secret: no pattern finds it.
using IsGiven = std::function<bool(std::string_view text)>;

struct PatternSpec {
  std::string text;  // RE2
  std::uint32_t rule = 0;
  int group = 0;          // the part of the match that is the secret
  std::string trigger{};  // matches somewhere in each text that has a match; empty: the text itself
  std::size_t width = 0;  // of the longest match; 0: to be found out
  /// Instead of Vectorscan: the first place, from `from` on, that a match may have in it; else
  /// npos.
  std::size_t (*next_place)(std::string_view text, std::size_t from) = nullptr;
  bool (*accepts)(std::string_view secret) = nullptr;  // a further test of what matched
};

/// Immutable, for any thread.
class Patterns {
public:
  /// How long a match is at most taken to be when its pattern has no end: what is farther from its
  /// beginning may be missed where a text is looked at in pieces.
  static constexpr std::size_t widest = 16384;

  /// Each text passed check_pattern(). `cache`: the directory of databases; empty: none is kept.
  Patterns(
      std::vector<PatternSpec> specs, const std::filesystem::path& cache, IsGiven is_given = {});
  ~Patterns();
  Patterns(const Patterns&) = delete;
  Patterns& operator=(const Patterns&) = delete;

  bool empty() const { return specs_.empty(); }
  std::size_t size() const { return specs_.size(); }
  /// No match is longer, with one byte of what follows it, which `$` and `\b` look at.
  std::size_t longest() const { return longest_; }

  /// A part of a text that patterns see as a text of its own; what stands between parts is one LF.
  struct Part {
    std::size_t at = 0;
    std::size_t end = 0;
  };

  /// Appends all matches, of one pattern those that do not overlap, from the left.
  void find(std::string_view text, std::span<const Part> parts, Findings& out) const;

  /// The same for a window that moves over a longer text. Matches that begin at `settled` or behind
  /// wait for the next window. `next` has for each pattern the place where its search goes on,
  /// which may lie behind the window's end; what stands before it is only looked back at.
  void find_in_window(
      std::string_view window,
      std::size_t settled,
      std::span<std::size_t> next,
      Findings& out) const;

private:
  using Numbers = std::vector<std::uint32_t>;

  void compile(const std::filesystem::path& cache);
  /// The patterns that may have a match in `text`.
  const Numbers& candidates(std::string_view text) const;
  std::optional<Regex::Match> next_match(
      std::uint32_t number, std::string_view text, std::size_t& next, std::size_t settled) const;
  void search(
      std::uint32_t number,
      std::string_view text,
      std::size_t& next,
      std::size_t settled,
      Findings& out) const;

  std::vector<PatternSpec> specs_;
  IsGiven is_given_;
  std::vector<std::unique_ptr<const Regex>> regexes_;
  std::unique_ptr<const Vectorscan> database_;  // null when no pattern is in it
  Numbers alone_;                               // not in the database
  std::size_t longest_ = 0;
};

}  // namespace redact
