// SPDX-License-Identifier: Apache-2.0
#include "http/grammar.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace http {
namespace {

constexpr std::array<bool, 256> token_bytes = [] {
  std::array<bool, 256> table{};
  for (char c : std::string_view("!#$%&'*+-.^_`|~"))
    table[static_cast<unsigned char>(c)] = true;
  for (char c = '0'; c <= '9'; ++c)
    table[static_cast<unsigned char>(c)] = true;
  for (char c = 'a'; c <= 'z'; ++c)
    table[static_cast<unsigned char>(c)] = true;
  for (char c = 'A'; c <= 'Z'; ++c)
    table[static_cast<unsigned char>(c)] = true;
  return table;
}();

bool is_token_byte(char c) { return token_bytes[static_cast<unsigned char>(c)]; }

bool is_text_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte >= 0x20 && byte != 0x7F) || byte == '\t';
}
bool is_text(std::string_view text) { return std::ranges::all_of(text, is_text_byte); }

// Every value is checked when it is read and when it is written, hence eight bytes at a time.

using Word = std::uint64_t;
constexpr Word each_byte = 0x0101010101010101;

Word load(const char* bytes) {
  Word word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

/// Whether some byte is below `bound`, which is at most 0x80: only such a byte borrows without its
/// top bit set.
bool has_byte_below(Word word, Word bound) {
  return ((word - each_byte * bound) & ~word & (each_byte * 0x80)) != 0;
}

/// Also true of a word with a tab.
bool may_hold_control(Word word) {
  return has_byte_below(word, 0x20) || has_byte_below(word ^ (each_byte * 0x7F), 1);
}

}  // namespace

bool is_token(std::string_view text) {
  bool good = !text.empty();
  for (char c : text)
    good &= is_token_byte(c);  // without an early exit: names are short and nearly always good
  return good;
}

bool is_field_text(std::string_view text) {
  if (text.size() < sizeof(Word)) return is_text(text);
  const auto* last = text.data() + text.size() - sizeof(Word);
  bool suspicious = may_hold_control(load(last));  // overlaps the word before
  for (const auto* word = text.data(); word < last; word += sizeof(Word))
    suspicious |= may_hold_control(load(word));
  return !suspicious || is_text(text);
}

bool is_visible_ascii(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
}

std::string_view trim_blanks(std::string_view text) {
  while (!text.empty() && is_blank(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back()))
    text.remove_suffix(1);
  return text;
}

}  // namespace http
