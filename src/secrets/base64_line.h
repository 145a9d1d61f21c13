// SPDX-License-Identifier: Apache-2.0
#pragma once
// How base64 is cut into lines: as it stands in a mail or a key, or as JSON writes that.

#include <cstddef>
#include <string_view>

namespace secrets {

/// A line that is at least so long goes on in the next one: PEM has 64 (RFC 7468, 2), MIME 76
/// (RFC 2045, 6.8), others 60.
inline constexpr std::size_t shortest_base64_line = 56;

/// How much of the text, at its beginning, ends a line: a line feed, perhaps behind a carriage
/// return, as they are or as JSON writes them; 0 when nothing does.
inline std::size_t line_end(std::string_view text) {
  for (const std::string_view end : {"\n", "\r\n", "\\n", "\\r\\n"})
    if (text.starts_with(end)) return end.size();
  return 0;
}

}  // namespace secrets
