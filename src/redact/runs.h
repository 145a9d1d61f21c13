// SPDX-License-Identifier: Apache-2.0
#pragma once
// Runs of characters that may be base64 (RFC 4648, 4 and 5) or hexadecimal: where they stand in a
// text, and what they say.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace redact {

/// A run is not looked into when it is shorter: most words of a text are.
inline constexpr std::size_t shortest_run = 24;

/// The digit's value, of either alphabet; 64 for what is none.
std::uint8_t base64_value(char c);
inline bool is_base64(char c) { return base64_value(c) < 64; }

struct Run {
  std::size_t at = 0;
  std::size_t end = 0;  // behind it
};

/// The first run of base64 digits that begins at `from` or behind, with all its lines; at the end
/// of the text when there is none. Lines end as they stand, or as JSON writes it. No UUID is a run.
Run next_run(std::string_view text, std::size_t from);
/// The first run of hexadecimal digits that begins at `from` or behind; at the end of the text when
/// there is none.
Run next_hex_run(std::string_view text, std::size_t from);

/// Reads base64 a digit at a time, past the ends of lines: `visit(byte, from, to)` for each byte
/// with the part of the text that says it, until that says that it has enough.
template <class Visit>
void read_base64(std::string_view text, Visit&& visit) {
  std::uint32_t bits = 0;
  unsigned count = 0;
  std::size_t previous = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto value = base64_value(text[at]);
    if (value >= 64) {
      if (text[at] == '\\') ++at;  // a letter says how the line ends
      continue;
    }
    bits = bits << 6U | value;
    count += 6;
    if (count >= 8) {
      count -= 8;
      if (!visit(static_cast<char>(bits >> count & 255U), previous, at + 1)) return;
    }
    previous = at;
  }
}

/// The bytes alone, into room for as many as the text has. Where they end.
char* decode_base64(std::string_view text, char* to);

}  // namespace redact
