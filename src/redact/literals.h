// SPDX-License-Identifier: Apache-2.0
#pragma once
// Finds every occurrence of any of many byte strings, looking at one place in about sixteen bytes.
//
// If all strings have at least n bytes, then whatever bytes of the text one of them covers, it
// covers a whole group of g bytes that begins at a multiple of n - g + 1. So only the groups at
// these places are looked up: in a bit map of the hashes of all groups that the strings have at
// their first n - g + 1 places, and, when the bit is set, in a table that says which string that
// would be. In innocent text almost no bit is set, whether there are ten strings or ten thousand.
// Strings of fewer than sixteen bytes have a sieve of their own, with smaller groups.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "redact/finding.h"

namespace redact {

class Literals {
public:
  struct Literal {
    base::Secret text;  // at least four bytes
    std::uint32_t rule = 0;
  };

  Literals() = default;
  explicit Literals(std::vector<Literal> literals);

  bool empty() const { return pieces_.empty(); }
  std::size_t longest() const { return longest_; }

  /// Appends every occurrence, in no order, also those that overlap.
  void find(std::string_view text, Findings& out) const;

  /// The first place from which the text to its end is the beginning of a longer literal; the
  /// text's size when there is none. No literal that goes on behind the text begins before it.
  std::size_t settled(std::string_view text) const;

private:
  /// One literal: a part of `texts_`.
  struct Piece {
    std::uint32_t at = 0;
    std::uint32_t size = 0;
    std::uint32_t rule = 0;
  };

  template <class Group>  // an unsigned integer of as many bytes
  class Sieve {
  public:
    void add(const std::vector<std::string_view>& texts, std::span<const std::uint32_t> numbers);
    void find(std::string_view text, const Literals& all, Findings& out) const;

  private:
    struct Entry {
      std::uint32_t literal = 0;
      std::uint32_t offset = 0;
    };
    std::size_t step_ = 0;
    unsigned bit_shift_ = 0;
    unsigned bucket_shift_ = 0;
    std::vector<std::uint64_t> bits_;     // by hash
    std::vector<std::uint32_t> buckets_;  // where the entries of a hash begin
    std::vector<Entry> entries_;
  };

  std::string_view text_of(const Piece& piece) const {
    return texts_.reveal().substr(piece.at, piece.size);
  }
  bool is_beginning(std::string_view text) const;

  base::Secret texts_;         // all literals, one behind the other
  std::vector<Piece> pieces_;  // sorted by text
  std::size_t longest_ = 0;
  std::array<bool, 256> first_bytes_{};
  std::vector<bool> first_pairs_;
  Sieve<std::uint32_t> short_;
  Sieve<std::uint64_t> long_;
};

}  // namespace redact
