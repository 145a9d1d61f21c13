// SPDX-License-Identifier: Apache-2.0
#pragma once
// Finds any of a set of byte strings in a text, skipping as much of it as possible (Wu and Manber's
// search).
//
// A window as long as the shortest needle slides over the text. Its last two bytes tell how far it
// may move without missing a needle: in innocent text nearly its whole length.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/secret.h"

namespace secrets {

class Needles {
public:
  struct Match {
    std::size_t at = 0;
    std::size_t needle = 0;  // its number
    std::size_t size = 0;
  };

  Needles() = default;
  /// Each needle has at least two bytes.
  explicit Needles(std::vector<base::Secret> needles);

  bool empty() const { return needles_.empty(); }
  std::size_t longest() const { return longest_; }

  /// The first match at or behind `from`; of several that begin there the longest.
  std::optional<Match> find(std::string_view text, std::size_t from) const;

  /// The first place in [from, to] from which the text to its end is the beginning of a longer
  /// needle.
  std::optional<std::size_t> find_beginning(
      std::string_view text, std::size_t from, std::size_t to) const;

private:
  static std::size_t pair_at(std::string_view text, std::size_t at) {
    return static_cast<std::size_t>(static_cast<unsigned char>(text[at])) << 8U |
           static_cast<unsigned char>(text[at + 1]);
  }
  std::optional<Match> match_at(std::string_view text, std::size_t at) const;
  bool begins_at(std::string_view text, std::size_t at) const;
  void fill_shifts();

  std::vector<base::Secret> needles_;
  std::size_t shortest_ = 0;
  std::size_t longest_ = 0;
  std::vector<std::uint16_t> shifts_;  // by the window's last two bytes
  std::array<bool, 256> first_bytes_{};
};

}  // namespace secrets
