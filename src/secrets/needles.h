// SPDX-License-Identifier: Apache-2.0
#pragma once
// Finds any of many byte strings in a text, looking at one place in about sixteen bytes.
//
// If all strings have at least n bytes, then whatever bytes of the text one of them covers, it
// covers a whole group of g bytes that begins at a multiple of n - g + 1. So only the groups at
// these places are looked up: in a small map of the hashes of all groups that the strings have at
// their first n - g + 1 places (a Bloom filter, two bits of one word each), and, when it knows
// the group, in a table that says which string that would be. Of innocent text it knows almost
// nothing, whether there are ten strings or ten thousand.
// Strings of fewer than sixteen bytes have a sieve of their own, with smaller groups.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/secret.h"

namespace secrets {

/// Immutable, for any thread.
class Needles {
public:
  struct Match {
    std::size_t at = 0;
    std::size_t needle = 0;  // its number
    std::size_t size = 0;
  };

  Needles() = default;
  /// Each needle has at least four bytes.
  explicit Needles(const std::vector<base::Secret>& needles);

  bool empty() const { return pieces_.empty(); }
  std::size_t longest() const { return longest_; }

  /// The first match at or behind `from`; of several that begin there the longest, of those of one
  /// text the one with the lowest number.
  std::optional<Match> find(std::string_view text, std::size_t from) const;
  /// Appends every match, in no order, also those that overlap.
  void find_all(std::string_view text, std::vector<Match>& out) const;

  /// How much of a text that goes on is settled: no needle begins in it and ends behind the text.
  /// That is what stands before its last line end or blank, unless a needle has one, and in any
  /// case all but `reach()` bytes. Says nothing of the needles but how long they are, roughly, and
  /// whether they have line ends and blanks: who may send texts at will, and sees when what passes,
  /// could else guess a needle letter by letter.
  std::size_t settled_size(std::string_view text) const;
  /// Whether a line end or blank behind `from` settles what stands before it.
  bool settles(std::string_view text, std::size_t from) const;
  /// `longest()`, rounded up to a power of two.
  std::size_t reach() const { return reach_; }

  /// The first place in [from, to] from which the text to its end is the beginning of a longer
  /// needle. Only for needles that are no secrets.
  std::optional<std::size_t> find_beginning(
      std::string_view text, std::size_t from, std::size_t to) const;

private:
  /// One needle: a part of `texts_`.
  struct Piece {
    std::uint32_t at = 0;
    std::uint32_t size = 0;
    std::uint32_t number = 0;
  };

  template <class Group>  // an unsigned integer of as many bytes
  class Sieve {
  public:
    void add(const std::vector<std::string_view>& texts, std::span<const std::uint32_t> pieces);
    /// Calls `found(match)` for each needle whose group stands at a place of the text that is
    /// looked at: from `at` on and before `end`, which `found` may move.
    template <class Found>
    void look(
        std::string_view text,
        std::size_t at,
        const std::size_t& end,
        const Needles& all,
        Found& found) const;

  private:
    bool may_be_one(std::uint64_t hash) const;
    template <class Found>
    void compare(
        std::string_view text, std::size_t at, std::uint64_t hash, const Needles& all, Found& found)
        const;

    struct Entry {
      std::uint32_t piece = 0;
      std::uint16_t offset = 0;
      std::uint16_t tag = 0;  // of the hash: another group of the same bucket has another one
    };
    std::size_t step_ = 0;
    unsigned word_shift_ = 0;
    unsigned bucket_shift_ = 0;
    std::vector<std::uint64_t> words_;    // by hash: what bits its groups have
    std::vector<std::uint32_t> buckets_;  // where the entries of a hash begin
    std::vector<Entry> entries_;
  };

  std::string_view text_of(const Piece& piece) const {
    return texts_.reveal().substr(piece.at, piece.size);
  }
  bool is_beginning(std::string_view text) const;
  void find_breaks(const std::vector<std::string_view>& texts);
  bool is_break(std::string_view text, std::size_t end) const;

  base::Secret texts_;         // all needles, one behind the other
  std::vector<Piece> pieces_;  // sorted by text
  std::size_t longest_ = 0;
  std::size_t shortest_ = 0;
  std::size_t reach_ = 0;
  std::array<bool, 256> breaks_{};  // bytes behind which no needle goes on
  bool breaks_at_empty_line_ = false;
  std::array<bool, 256> first_bytes_{};
  std::vector<std::uint64_t> beginnings_;  // a bit by the hash of the first four bytes of each
  unsigned beginning_shift_ = 0;
  Sieve<std::uint32_t> short_;
  Sieve<std::uint64_t> long_;
};

}  // namespace secrets
