// SPDX-License-Identifier: Apache-2.0
#include "redact/runs.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "base/text.h"
#include "secrets/base64_line.h"

namespace redact {
namespace {

constexpr auto values = [] {
  std::array<std::uint8_t, 256> out{};
  out.fill(64);
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t at = 0; at < alphabet.size(); ++at)
    out[static_cast<unsigned char>(alphabet[at])] = static_cast<std::uint8_t>(at);
  out['-'] = 62;
  out['_'] = 63;
  return out;
}();

/// False when one of the eight characters is surely not base64: a blank, a quotation mark, a brace,
/// anything but ASCII.
bool may_be_base64(const char* at) {
  constexpr std::uint64_t each = 0x0101010101010101;
  constexpr std::uint64_t highest_bits = 0x80 * each;
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, at, sizeof bytes);
  const auto below = (bytes - '+' * each) & ~bytes;          // borrows where there is one below '+'
  const auto above = (bytes + (0x7F - 'z') * each) | bytes;  // carries into the bit above 'z'
  return ((below | above) & highest_bits) == 0;
}

/// What JSON writes before a run may end in a letter that does not belong to it.
std::size_t behind_escape(std::string_view text, std::size_t at) {
  const bool is_escaped =
      at > 0 && text[at - 1] == '\\' && (text[at] == 'n' || text[at] == 'r' || text[at] == 't');
  return is_escaped ? at + 1 : at;
}

/// Where the first run of at least `shortest_run` characters begins. Such a run covers eight bytes
/// at one of the places that are looked at.
std::size_t begin_of_run(std::string_view text, std::size_t from) {
  constexpr std::size_t looked_at = 8;
  constexpr std::size_t step = shortest_run - looked_at;
  for (auto place = from; place + looked_at <= text.size(); place += step) {
    if (!may_be_base64(text.data() + place)) continue;
    auto begin = place;
    while (begin > from && is_base64(text[begin - 1]))
      --begin;
    auto end = place;
    while (end < text.size() && end - begin < shortest_run && is_base64(text[end]))
      ++end;
    if (end - begin == shortest_run) return behind_escape(text, begin);
  }
  return text.size();
}

#ifdef __x86_64__
#define LAZARET_SIXTEEN __attribute__((target("ssse3")))

/// The values of sixteen digits, of either alphabet, and a bit for each that is none.
struct Sixteen {
  __m128i values;
  unsigned others;
};

/// The upper half of a character says which kind of digit it may be, the lower one which of the
/// kind: each table has a bit for each kind, and both have it where a character is none.
LAZARET_SIXTEEN Sixteen read_sixteen(const char* at) {
  constexpr char sign = 1;         // '+' and '/'
  constexpr char number = 2;       // '0' to '9'
  constexpr char to_letter_o = 4;  // 'A' to 'O', in both cases
  constexpr char from_letter_p = 8;
  constexpr char none = 16;
  constexpr char all = sign | none;
  const auto kinds = _mm_setr_epi8(
      none, none, sign, number, to_letter_o, from_letter_p, to_letter_o, from_letter_p, none, none,
      none, none, none, none, none, none);
  const auto wrong = _mm_setr_epi8(
      all | to_letter_o, all, all, all, all, all, all, all, all, all, all | number,
      none | number | from_letter_p, all | number | from_letter_p, all | number | from_letter_p,
      all | number | from_letter_p, none | number | from_letter_p);
  const auto offsets = _mm_setr_epi8(
      0, 63 - '/', 62 - '+', 52 - '0', -'A', -'A', 26 - 'a', 26 - 'a', 0, 0, 0, 0, 0, 0, 0, 0);

  auto digits = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  const auto is = [&](char c) LAZARET_SIXTEEN { return _mm_cmpeq_epi8(digits, _mm_set1_epi8(c)); };
  digits = _mm_xor_si128(digits, _mm_and_si128(is('-'), _mm_set1_epi8('-' ^ '+')));
  digits = _mm_xor_si128(digits, _mm_and_si128(is('_'), _mm_set1_epi8('_' ^ '/')));
  const auto half = _mm_set1_epi8(0x0F);
  const auto upper = _mm_and_si128(_mm_srli_epi32(digits, 4), half);
  const auto lower = _mm_and_si128(digits, half);
  const auto faults = _mm_and_si128(_mm_shuffle_epi8(kinds, upper), _mm_shuffle_epi8(wrong, lower));
  const auto good = _mm_movemask_epi8(_mm_cmpeq_epi8(faults, _mm_setzero_si128()));
  const auto offset = _mm_shuffle_epi8(offsets, _mm_add_epi8(upper, is('/')));  // one place before
  return {_mm_add_epi8(digits, offset), static_cast<unsigned>(good) ^ 0xFFFFU};
}

/// How many digits the text begins with, as far as that is seen by sixteens.
LAZARET_SIXTEEN std::size_t count_by_sixteens(std::string_view text) {
  std::size_t at = 0;
  for (; text.size() - at >= sizeof(__m128i); at += sizeof(__m128i)) {
    const auto others = read_sixteen(text.data() + at).others;
    if (others != 0) return at + static_cast<std::size_t>(std::countr_zero(others));
  }
  return at;
}

/// Reads digits up to the first group that has something else. How many are done.
LAZARET_SIXTEEN std::size_t decode_by_sixteens(std::string_view text, char* to) {
  const auto four_to_three = _mm_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
  std::size_t at = 0;
  // The last four of the sixteen bytes that are written at once are none yet.
  for (; text.size() - at >= 2 * sizeof(__m128i); at += sizeof(__m128i), to += 12) {
    const auto [sixes, others] = read_sixteen(text.data() + at);
    if (others != 0) return at;
    const auto twelves = _mm_maddubs_epi16(sixes, _mm_set1_epi32(0x01400140));
    const auto twentyfours = _mm_madd_epi16(twelves, _mm_set1_epi32(0x00011000));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm_shuffle_epi8(twentyfours, four_to_three));
  }
  return at;
}
#endif

std::size_t decode_many([[maybe_unused]] std::string_view text, [[maybe_unused]] char* to) {
#ifdef __x86_64__
  if (__builtin_cpu_supports("ssse3")) return decode_by_sixteens(text, to);
#endif
  return 0;
}

/// How many digits the text begins with.
std::size_t count_digits(std::string_view text) {
  std::size_t count = 0;
#ifdef __x86_64__
  if (__builtin_cpu_supports("ssse3")) count = count_by_sixteens(text);
#endif
  while (count < text.size() && is_base64(text[count]))
    ++count;
  return count;
}

/// With a last line that is shorter than the others, or at anything that is not base64.
std::size_t end_of_run(std::string_view text, std::size_t at) {
  for (;;) {
    const auto line = at;
    at += count_digits(text.substr(at));
    if (at - line < secrets::shortest_base64_line) return at;
    const auto next = at + secrets::line_end(text.substr(at));
    if (next == at || next >= text.size() || !is_base64(text[next])) return at;
    at = next;
  }
}

/// The commonest run that is none.
constexpr std::size_t uuid_size = 36;
bool is_uuid(std::string_view text, std::size_t at) {
  const auto run = text.substr(at, uuid_size + 1);
  return run.size() >= uuid_size && run[8] == '-' && run[13] == '-' && run[18] == '-' &&
         run[23] == '-' && (run.size() == uuid_size || !is_base64(run[uuid_size]));
}

}  // namespace

std::uint8_t base64_value(char c) { return values[static_cast<unsigned char>(c)]; }

Run next_run(std::string_view text, std::size_t from) {
  for (;;) {
    const auto begin = begin_of_run(text, from);
    if (!is_uuid(text, begin)) return {.at = begin, .end = end_of_run(text, begin)};
    from = begin + uuid_size;
  }
}

Run next_hex_run(std::string_view text, std::size_t from) {
  const auto is_digit = [&](std::size_t at) { return base::hex_value(text[at]) >= 0; };
  for (auto place = from + shortest_run - 1; place < text.size(); place += shortest_run) {
    if (!is_digit(place)) continue;
    auto begin = place;
    while (begin > from && is_digit(begin - 1))
      --begin;
    auto end = place;
    while (end < text.size() && is_digit(end))
      ++end;
    if (end - begin >= shortest_run) return {.at = begin, .end = end};
  }
  return {.at = text.size(), .end = text.size()};
}

char* decode_base64(std::string_view text, char* to) {
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (count == 0) {
      const auto done = decode_many(text.substr(at), to);
      at += done;
      to += done / 4 * 3;
    }
    const auto value = base64_value(text[at]);
    if (value >= 64) {
      if (text[at] == '\\') ++at;
      continue;
    }
    bits = bits << 6U | value;
    count += 6;
    if (count >= 8) {
      count -= 8;
      *to++ = static_cast<char>(bits >> count & 255U);
    }
  }
  return to;
}

}  // namespace redact
