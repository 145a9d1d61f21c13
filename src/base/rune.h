// SPDX-License-Identifier: Apache-2.0
#pragma once
// The characters of a text.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace base {

struct Rune {
  std::uint32_t value;
  std::size_t size;  // bytes read
  bool valid;
};

/// The first code point of a non-empty text (RFC 3629: no overlong forms, no surrogates, at most
/// U+10FFFF). An invalid one is a byte by itself.
Rune first_rune(std::string_view text);

}  // namespace base
