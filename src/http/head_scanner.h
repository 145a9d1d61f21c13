// SPDX-License-Identifier: Apache-2.0
#pragma once
// Finds where a head ends in a buffer that grows, looking at every byte once.

#include <cstddef>
#include <optional>
#include <string_view>

#include "http/malformed.h"

namespace http {

/// Every line must end in CR LF: a bare LF is refused as soon as it is seen, not when the head is
/// complete.
class HeadScanner {
public:
  /// What may stand before the first line: nothing, or one empty line (RFC 9112, 2.2).
  enum class Before { nothing, empty_line };

  struct Head {
    std::size_t begin = 0;  // the first byte of the first line
    std::size_t end = 0;    // one past the empty line that ends the head
    bool operator==(const Head&) const = default;
  };

  HeadScanner(Before before, std::size_t limit) : before_(before), limit_(limit) {}

  /// Each call's buffer begins with that of the call before. Nothing while the end is not there.
  Checked<std::optional<Head>> scan(std::string_view buffer);
  /// Before scan(), for who judges the first line before the rest has come: that line without its
  /// CR LF. Nothing while its end is not there; then asked again, and after that no more.
  Checked<std::optional<std::string_view>> first_line(std::string_view buffer) {
    return next_line(buffer);
  }
  /// Forgets everything, for the next head.
  void reset() { begin_ = line_ = seen_ = 0; }

private:
  Checked<std::optional<std::string_view>> next_line(std::string_view buffer);
  std::unexpected<Malformed> too_large() const;

  Before before_;
  std::size_t limit_;
  std::size_t begin_ = 0;  // of the head
  std::size_t line_ = 0;   // where the line being read begins
  std::size_t seen_ = 0;   // what was looked at
};

}  // namespace http
