// SPDX-License-Identifier: Apache-2.0
#pragma once
// When a log file is full, and how much of a series stays.

#include <algorithm>
#include <cstdint>

namespace audit {

struct Rotation {
  std::uint64_t max_file = std::uint64_t{50} << 20U;  // bytes after which a new file begins
  unsigned keep = 5;  // full files' worth of lines that stay, the file being written included

  /// Of the files nobody writes: the newest ones that stay however large they are. Older ones stay
  /// while all of them together hold no more lines than these when full.
  unsigned keep_closed() const { return std::max(keep, 1U) - 1; }
  std::uint64_t keep_closed_bytes() const { return keep_closed() * max_file; }
};

}  // namespace audit
