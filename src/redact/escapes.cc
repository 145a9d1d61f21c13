// SPDX-License-Identifier: Apache-2.0
#include "redact/escapes.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "base/text.h"

namespace redact {
namespace {

constexpr std::size_t escape_block = 64;
/// In what is no text, as compressed data, some bytes look like an escape by chance: one counts
/// only in so many bytes of text, which the shortest secret takes with one escape.
constexpr std::size_t shortest_text = 5;

std::optional<std::uint32_t> digits_at(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : text.substr(at, count)) {
    const int digit = base::hex_value(c);
    if (digit < 0) return std::nullopt;
    value = value * 16 + static_cast<std::uint32_t>(digit);
  }
  return value;
}

std::optional<Escape> percent_escape(std::string_view text, std::size_t at) {
  const auto code = digits_at(text, at + 1, 2);
  if (!code) return std::nullopt;
  return Escape{.size = 3, .code = *code, .is_byte = true};
}

std::optional<Escape> backslash_escape(std::string_view text, std::size_t at) {
  if (at + 1 == text.size()) return std::nullopt;
  const char kind = text[at + 1];
  if (kind == 'u') {
    const auto code = digits_at(text, at + 2, 4);
    if (code) return Escape{.size = 6, .code = *code};
    return std::nullopt;
  }
  if (kind == 'x') {
    const auto code = digits_at(text, at + 2, 2);
    if (code) return Escape{.size = 4, .code = *code, .is_byte = true};
    return std::nullopt;
  }
  constexpr std::string_view letters = "nrtbf\"\\/'";
  constexpr std::string_view meanings = "\n\r\t\b\f\"\\/'";
  const auto found = letters.find(kind);
  if (found == letters.npos) return std::nullopt;
  return Escape{
      .size = 2, .code = static_cast<unsigned char>(meanings[found]), .is_usual = kind != '/'};
}

std::optional<Escape> entity(std::string_view text, std::size_t at) {
  constexpr std::size_t longest = 10;
  const auto rest = text.substr(at, longest);
  const auto end = rest.find(';');
  if (end == rest.npos) return std::nullopt;
  const auto name = rest.substr(1, end - 1);
  static constexpr auto named = std::to_array<std::pair<std::string_view, char>>(
      {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}});
  for (const auto& [known, meaning] : named) {
    if (name == known) return Escape{.size = end + 1, .code = static_cast<unsigned char>(meaning)};
  }
  if (!name.starts_with('#')) return std::nullopt;
  const bool hex = name.substr(1).starts_with('x') || name.substr(1).starts_with('X');
  if (hex) {
    const auto code = digits_at(name, 2, name.size() - 2);
    if (!code || name.size() == 2) return std::nullopt;
    return Escape{.size = end + 1, .code = *code};
  }
  const auto code = base::parse_number(name.substr(1));
  if (!code) return std::nullopt;
  return Escape{.size = end + 1, .code = static_cast<std::uint32_t>(*code)};
}

/// Of quoted-printable: a byte, or a line that goes on.
std::optional<Escape> equals_escape(std::string_view text, std::size_t at) {
  if (text.substr(at + 1).starts_with("\r\n")) return Escape{.size = 3, .is_nothing = true};
  if (text.substr(at + 1).starts_with('\n')) return Escape{.size = 2, .is_nothing = true};
  const auto code = digits_at(text, at + 1, 2);
  if (!code) return std::nullopt;
  return Escape{.size = 3, .code = *code, .is_byte = true, .is_usual = true};
}

bool begins_escape(char c) { return (c == '%') | (c == '\\') | (c == '&'); }

constexpr std::size_t word = 8;

/// Of eight characters a bit for each that begins an escape, the highest of its byte; behind the
/// first one there may be others.
std::uint64_t escapes_in(const char* at) {
  static_assert(std::endian::native == std::endian::little);
  constexpr std::uint64_t each = 0x0101010101010101;
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, at, sizeof bytes);
  std::uint64_t found = 0;
  for (const char begin : {'%', '\\', '&'}) {
    const auto same = bytes ^ (static_cast<unsigned char>(begin) * each);  // 0 where it stands
    found |= (same - each) & ~same;
  }
  return found & 0x80 * each;
}

/// Of eight characters the highest bit for each that can be seen; surely for each but a blank.
std::uint64_t visible_in(const char* at) {
  constexpr std::uint64_t each = 0x0101010101010101;
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, at, sizeof bytes);
  return ~((bytes - ' ' * each) | bytes) & 0x80 * each;
}

/// Whether any character of a block begins an escape; made for the compiler to do at once.
bool has_escape(const char* at) {
  std::uint8_t found = 0;
  for (std::size_t i = 0; i < escape_block; ++i)
    found |= static_cast<std::uint8_t>(begins_escape(at[i]));
  return found != 0;
}

/// How many bytes the character takes that the text begins with: one of ASCII that a text may have,
/// or another one in well-formed UTF-8 (RFC 3629, 4; nearly). 0: it is none.
std::size_t character_at(std::string_view text) {
  if (text.empty()) return 0;
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80)
    return (first >= ' ' && first <= '~') || (first >= '\b' && first <= '\r') ? 1 : 0;
  std::size_t size = 0;
  if (first >= 0xC2 && first <= 0xF4) size = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  const auto continues = [](char c) { return (c & 0xC0) == 0x80; };
  if (size == 0 || text.size() < size || !std::ranges::all_of(text.substr(1, size - 1), continues))
    return 0;
  return size;
}

/// The same of the one that it ends with.
std::size_t character_before(std::string_view text) {
  constexpr std::size_t longest = 4;
  for (std::size_t size = 1; size <= std::min(text.size(), longest); ++size)
    if (character_at(text.substr(text.size() - size)) == size) return size;
  return 0;
}

bool stands_in_text(std::string_view text, std::size_t at) {
  auto end = at;
  while (end - at < shortest_text) {
    const auto size = character_at(text.substr(end));
    if (size == 0) break;
    end += size;
  }
  auto begin = at;
  while (end - begin < shortest_text) {
    const auto size = character_before(text.substr(0, begin));
    if (size == 0) return false;
    begin -= size;
  }
  return true;
}

bool is_worth_it(std::string_view text, std::size_t at, Escapes escapes) {
  if (!begins_escape(text[at])) return false;
  const bool is_commonest =
      text[at] == '\\' && at + 1 < text.size() && (text[at + 1] == 'n' || text[at + 1] == '"');
  if (is_commonest) return escapes == Escapes::all && stands_in_text(text, at);
  const auto escape = escape_at(text, at);
  return escape && (escapes == Escapes::all || !escape->is_usual) && stands_in_text(text, at);
}

}  // namespace

std::optional<Escape> escape_at(std::string_view text, std::size_t at) {
  switch (text[at]) {
    case '%':
      return percent_escape(text, at);
    case '\\':
      return backslash_escape(text, at);
    case '&':
      return entity(text, at);
    default:
      return std::nullopt;
  }
}

std::optional<Escape> quoted_at(std::string_view text, std::size_t at) {
  return text[at] == '=' ? equals_escape(text, at) : std::nullopt;
}

std::size_t encode(std::uint32_t code, std::array<char, 3>& bytes) {
  if (code < 0x80) {
    bytes[0] = static_cast<char>(code);
    return 1;
  }
  if (code < 0x800) {
    bytes = {static_cast<char>(0xC0U | code >> 6U), static_cast<char>(0x80U | (code & 63U)), 0};
    return 2;
  }
  bytes = {
      static_cast<char>(0xE0U | (code >> 12U & 15U)), static_cast<char>(0x80U | (code >> 6U & 63U)),
      static_cast<char>(0x80U | (code & 63U))};
  return 3;
}

std::size_t plain_at(std::string_view text, std::size_t at) {
  const auto begin = at;
  for (; at + word <= text.size(); at += word) {
    const auto bits = escapes_in(text.data() + at);
    if (bits != 0) return at - begin + static_cast<std::size_t>(std::countr_zero(bits)) / 8;
  }
  while (at < text.size() && !begins_escape(text[at]))
    ++at;
  return at - begin;
}

std::size_t unquoted_at(std::string_view text, std::size_t at) {
  return std::min(text.find('=', at), text.size()) - at;
}

std::size_t next_escape(std::string_view text, std::size_t from, Escapes escapes) {
  auto at = from;
  while (at + escape_block < text.size()) {
    const auto end = at + escape_block;
    if (!has_escape(text.data() + at)) at = end;
    for (; at < end; at += word) {
      const auto begins = escapes_in(text.data() + at) & visible_in(text.data() + at + 1);
      for (auto bits = begins; bits != 0; bits &= bits - 1) {
        const auto place = at + static_cast<std::size_t>(std::countr_zero(bits)) / 8;
        if (is_worth_it(text, place, escapes)) return place;
      }
    }
  }
  for (; at < text.size(); ++at)
    if (is_worth_it(text, at, escapes)) return at;
  return text.npos;
}

std::size_t last_of_cluster(
    std::string_view text, std::size_t first, Escapes escapes, std::size_t margin) {
  for (auto at = std::min(text.size(), first + 2 * margin); --at > first;) {
    if (!is_worth_it(text, at, escapes)) continue;
    first = at;
    at = std::min(text.size(), first + 2 * margin);
  }
  return first;
}

bool is_quoted_printable(std::string_view text) {
  for (auto at = text.find('='); at != text.npos; at = text.find('=', at + 1)) {
    const auto escape = equals_escape(text, at);
    if (!escape) continue;
    const bool is_one = escape->is_nothing || escape->code == '=' ||
                        text.substr(at + escape->size).starts_with('=');
    if (is_one && stands_in_text(text, at)) return true;
  }
  return false;
}

}  // namespace redact
