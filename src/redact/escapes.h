// SPDX-License-Identifier: Apache-2.0
#pragma once
// Percent, JSON, HTML and quoted-printable escapes: where they stand in a text, and what they say.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace redact {

/// Which escapes make a text worth decoding: all, or only those that ordinary writers of JSON do
/// not need (not `\n`, `\"` …). Where it is worth it all are undone.
enum class Escapes { unusual, all };

/// So far around an escape a text is decoded at least.
inline constexpr std::size_t least_margin = 1024;

/// The first place at `from` or behind where an escape is worth it.
std::size_t next_escape(std::string_view text, std::size_t from, Escapes escapes);
/// Of an escape and those that follow it, none of them further than twice the margin from the next,
/// the last one.
std::size_t last_of_cluster(
    std::string_view text, std::size_t first, Escapes escapes, std::size_t margin);
/// Whether there is a line that goes on, an equals sign as quoted-printable writes it, or one such
/// byte behind the other.
bool is_quoted_printable(std::string_view text);

/// An escape: how much of the text it takes, and what it stands for.
struct Escape {
  std::size_t size = 0;
  std::uint32_t code = 0;
  bool is_byte = false;   // a byte, not a character
  bool is_usual = false;  // ordinary writers of JSON need it
  bool is_nothing = false;
};

std::optional<Escape> escape_at(std::string_view text, std::size_t at);
/// How many characters from `at` on begin no escape.
std::size_t plain_at(std::string_view text, std::size_t at);
/// The same two of quoted-printable alone: in other texts "=ca" is no escape.
std::optional<Escape> quoted_at(std::string_view text, std::size_t at);
std::size_t unquoted_at(std::string_view text, std::size_t at);

/// UTF-8, at most three bytes: a character beyond them is written as something that is none.
std::size_t encode(std::uint32_t code, std::array<char, 3>& bytes);

/// Reads a text with its escapes undone: `visit(byte, from, to)` for each byte with the part of the
/// text that says it, and `visit(bytes, from)` for several that say themselves, until that says
/// that it has enough.
template <class Visit>
void undo(
    std::optional<Escape> (*escape_at)(std::string_view, std::size_t),
    std::size_t (*plain_at)(std::string_view, std::size_t),
    std::string_view text,
    Visit&& visit) {
  std::array<char, 3> bytes{};
  for (std::size_t at = 0; at < text.size();) {
    if (const auto plain = plain_at(text, at); plain > 0) {
      if (!visit(text.substr(at, plain), at)) return;
      at += plain;
      continue;
    }
    const auto escape = escape_at(text, at);
    if (!escape) {
      if (!visit(text[at], at, at + 1)) return;
      ++at;
      continue;
    }
    std::size_t count = 0;
    if (escape->is_byte) {
      bytes[0] = static_cast<char>(escape->code);
      count = 1;
    } else if (!escape->is_nothing) {
      count = encode(escape->code, bytes);
    }
    for (std::size_t byte = 0; byte < count; ++byte)
      if (!visit(bytes[byte], at, at + escape->size)) return;
    at += escape->size;
  }
}

}  // namespace redact
