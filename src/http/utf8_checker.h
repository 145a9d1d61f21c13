// SPDX-License-Identifier: Apache-2.0
#pragma once
// Whether text is UTF-8 (RFC 3629), seen piece by piece.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace http {

class Utf8Checker {
public:
  /// How many of `bytes` can stand in UTF-8 after those before. When that is not all of them, the
  /// next one cannot, and the text is not UTF-8 whatever follows.
  std::size_t feed(std::string_view bytes);
  /// Whether the text may end here: not within a character.
  bool is_complete() const { return missing_ == 0; }

private:
  bool take(std::uint8_t byte);
  bool begin_character(std::uint8_t byte);

  int missing_ = 0;  // bytes of the current character still to come
  // What the next of them may be.
  std::uint8_t lowest_ = 0x80;
  std::uint8_t highest_ = 0xBF;
};

/// For text that is there whole.
inline bool is_utf8(std::string_view text) {
  Utf8Checker checker;
  return checker.feed(text) == text.size() && checker.is_complete();
}

}  // namespace http
