// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where a setting or a rule was written, so that every decision can name it.

#include <string>

namespace base {

struct Origin {
  std::string file{};  // a path, "command line", "default", or "profile balanced"
  int line = 0;        // 1-based; 0 when the source has no lines
  int column = 0;      // 1-based; 0 when unknown

  /// "file:line" or "file".
  std::string to_string() const { return line > 0 ? file + ":" + std::to_string(line) : file; }
  bool operator==(const Origin&) const = default;
};

}  // namespace base
