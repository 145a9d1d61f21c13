// SPDX-License-Identifier: Apache-2.0
#include "redact/checks.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>

#include "base/text.h"

namespace redact {
namespace {

struct Issuer {
  unsigned from;  // the first digits
  unsigned to;
  std::size_t digits;  // how many those are
  std::size_t length;
};

constexpr auto issuers = std::to_array<Issuer>({
    {4, 4, 1, 16},        // Visa
    {51, 55, 2, 16},      // Mastercard
    {2221, 2720, 4, 16},  // Mastercard
    {34, 34, 2, 15},      // American Express
    {37, 37, 2, 15},      // American Express
    {6011, 6011, 4, 16},  // Discover
    {644, 659, 3, 16},    // Discover
    {3528, 3589, 4, 16},  // JCB
    {300, 305, 3, 14},    // Diners Club
    {36, 36, 2, 14},      // Diners Club
    {38, 38, 2, 14},      // Diners Club
});

bool has_issuer(std::string_view digits) {
  return std::ranges::any_of(issuers, [&](const Issuer& issuer) {
    if (digits.size() != issuer.length) return false;
    const auto number = base::parse_number(digits.substr(0, issuer.digits));
    return number && *number >= issuer.from && *number <= issuer.to;
  });
}

bool has_check_digit(std::string_view digits) {
  int sum = 0;
  bool doubled = false;
  for (auto at = digits.rbegin(); at != digits.rend(); ++at) {
    int value = *at - '0';
    if (doubled) value = value > 4 ? value * 2 - 9 : value * 2;
    sum += value;
    doubled = !doubled;
  }
  return sum % 10 == 0;
}

/// Zero when all four characters are digits.
std::uint32_t other_bits(std::uint32_t word) {
  constexpr std::uint32_t zeros = 0x30303030;
  constexpr std::uint32_t high_halves = 0xF0F0F0F0;
  constexpr std::uint32_t sixes = 0x06060606;
  // A digit stays below 0x40 when six is added; ':' to '?' do not.
  return ((word ^ zeros) | ((word + sixes) ^ zeros)) & high_halves;
}

bool are_four_digits(const char* at) {
  std::uint32_t word;
  std::memcpy(&word, at, sizeof word);
  return other_bits(word) == 0;
}

/// Whether there are four of them at a multiple of four; made for the compiler to do at once.
constexpr std::size_t digit_block = 64;
bool has_four_digits(const char* at) {
  std::array<std::uint32_t, digit_block / 4> words;
  std::memcpy(words.data(), at, digit_block);
  std::uint32_t found = 0;
  for (const auto word : words)
    found |= other_bits(word) == 0 ? ~0U : 0U;
  return found != 0;
}

/// Whether there are as many digits around as a card number has, with single separators.
bool has_card_digits(std::string_view text, std::size_t at) {
  constexpr std::size_t least = 14;
  const auto is_part = [&](std::size_t place) {
    return base::is_digit(text[place]) || text[place] == ' ' || text[place] == '-';
  };
  constexpr std::size_t widest = 24;
  std::size_t begin = at;
  while (begin > 0 && at - begin < widest && is_part(begin - 1))
    --begin;
  std::size_t digits = 0;
  for (; begin < text.size() && begin < at + widest && is_part(begin); ++begin)
    digits += base::is_digit(text[begin]) ? 1 : 0;
  return digits >= least;
}

}  // namespace

bool is_card_number(std::string_view text) {
  std::string digits;
  for (const char c : text)
    if (base::is_digit(c)) digits += c;
  const bool one_digit = std::ranges::count(digits, digits.empty() ? ' ' : digits[0]) ==
                         static_cast<std::ptrdiff_t>(digits.size());
  return !one_digit && has_issuer(digits) && has_check_digit(digits);
}

// Of a card number, in groups or not, four digits stand together at a multiple of four.
std::size_t next_card_number(std::string_view text, std::size_t from) {
  std::size_t at = (from + 3) / 4 * 4;
  while (at + 4 <= text.size()) {
    if (at % digit_block == 0 && at + digit_block <= text.size() &&
        !has_four_digits(text.data() + at)) {
      at += digit_block;
      continue;
    }
    if (are_four_digits(text.data() + at) && has_card_digits(text, at)) return at;
    at += 4;
  }
  return text.npos;
}

double entropy_of(std::string_view text) {
  std::array<int, 256> counts{};
  for (const char c : text)
    ++counts[static_cast<unsigned char>(c)];
  double bits = 0;
  for (const int count : counts) {
    if (count == 0) continue;
    const double part = static_cast<double>(count) / static_cast<double>(text.size());
    bits -= part * std::log2(part);
  }
  return bits;
}

bool looks_random(std::string_view text) {
  constexpr double least = 3.5;
  const bool letters = std::ranges::any_of(text, base::is_alpha);
  const auto digits = std::ranges::count_if(text, base::is_digit);
  // A name, a path or a sentence has few digits, or all of them at its end.
  const auto last_letter = text.find_last_not_of("0123456789");
  const bool mixed = digits >= 2 && text.find_first_of("0123456789") < last_letter;
  return letters && mixed && is_no_example(text) && entropy_of(text) >= least;
}

bool is_no_example(std::string_view text) {
  if (text.starts_with('$') || text.starts_with('<') || text.starts_with('{') ||
      text.starts_with("%(") || text.contains("***"))
    return false;
  // What the gateway itself gave to the sandbox: placeholders and capability tokens.
  if (text.starts_with("lazaret-") || text.starts_with("acm_")) return false;
  const auto lower = base::lower(text);
  static constexpr auto words = std::to_array<std::string_view>(
      {"password", "passwd", "secret", "changeme", "example", "placeholder", "redacted", "xxxx",
       "your_", "your-", "dummy"});
  return std::ranges::none_of(words, [&](auto word) { return lower.contains(word); }) &&
         lower != "pass" && lower != "test" && lower != "root";
}

}  // namespace redact
