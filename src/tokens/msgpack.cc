// SPDX-License-Identifier: Apache-2.0
#include "tokens/msgpack.h"

#include <limits>

namespace tokens::msgpack {
namespace {

// The first byte of a value, by the MessagePack specification.
constexpr std::uint8_t fix_array = 0x90;
constexpr std::uint8_t fix_string = 0xA0;
constexpr std::uint8_t nil = 0xC0;
constexpr std::uint8_t no = 0xC2;
constexpr std::uint8_t yes = 0xC3;
constexpr std::uint8_t binary_8 = 0xC4;
constexpr std::uint8_t unsigned_8 = 0xCC;
constexpr std::uint8_t signed_8 = 0xD0;
constexpr std::uint8_t string_8 = 0xD9;
constexpr std::uint8_t array_16 = 0xDC;
constexpr std::uint8_t fix_negative = 0xE0;

constexpr std::uint64_t over_8_bits = 1ULL << 8U;
constexpr std::uint64_t over_16_bits = 1ULL << 16U;
constexpr std::uint64_t over_32_bits = 1ULL << 32U;

void append_byte(std::string& out, std::uint64_t byte) { out += static_cast<char>(byte); }

void append_number(std::string& out, std::uint64_t value, unsigned size) {
  for (unsigned shift = size * 8; shift > 0; shift -= 8)
    append_byte(out, (value >> (shift - 8)) & 0xFFU);
}

/// `first` and the kinds after it hold a number of 1, 2, 4 and 8 bytes.
void append_sized(std::string& out, std::uint8_t first, std::uint64_t value) {
  if (value < over_8_bits) {
    append_byte(out, first);
    append_number(out, value, 1);
  } else if (value < over_16_bits) {
    append_byte(out, first + 1U);
    append_number(out, value, 2);
  } else if (value < over_32_bits) {
    append_byte(out, first + 2U);
    append_number(out, value, 4);
  } else {
    append_byte(out, first + 3U);
    append_number(out, value, 8);
  }
}

/// The first signed value is one whose next shorter form would not hold it.
struct SignedForm {
  std::size_t size;
  std::int64_t lowest;
  std::int64_t highest;  // above it a shorter form does
};

constexpr SignedForm signed_forms[] = {
    {1, std::numeric_limits<std::int8_t>::min(), -33},
    {2, std::numeric_limits<std::int16_t>::min(), std::numeric_limits<std::int8_t>::min() - 1},
    {4, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int16_t>::min() - 1},
    {8, std::numeric_limits<std::int64_t>::min(),
     std::int64_t{std::numeric_limits<std::int32_t>::min()} - 1},
};

std::int64_t sign_extend(std::uint64_t value, std::size_t size) {
  const std::size_t shift = 64 - size * 8;
  return static_cast<std::int64_t>(value << shift) >> shift;
}

}  // namespace

void append_unsigned(std::string& out, std::uint64_t value) {
  if (value < 0x80U)
    append_byte(out, value);
  else
    append_sized(out, unsigned_8, value);
}

void append_integer(std::string& out, std::int64_t value) {
  if (value >= 0) return append_unsigned(out, static_cast<std::uint64_t>(value));
  if (value >= -32) return append_byte(out, static_cast<std::uint8_t>(value));
  std::uint8_t first = signed_8;
  for (const SignedForm& form : signed_forms) {
    if (value >= form.lowest) {
      append_byte(out, first);
      return append_number(
          out, static_cast<std::uint64_t>(value), static_cast<unsigned>(form.size));
    }
    ++first;
  }
}

void append_string(std::string& out, std::string_view text) {
  if (text.size() < 32)
    append_byte(out, fix_string | text.size());
  else
    append_sized(out, string_8, text.size());
  out += text;
}

void append_binary(std::string& out, std::string_view bytes) {
  append_sized(out, binary_8, bytes.size());
  out += bytes;
}

void append_array(std::string& out, std::size_t size) {
  if (size < 16) {
    append_byte(out, fix_array | size);
  } else if (size < over_16_bits) {
    append_byte(out, array_16);
    append_number(out, size, 2);
  } else {
    append_byte(out, array_16 + 1U);
    append_number(out, size, 4);
  }
}

void append_bool(std::string& out, bool value) { append_byte(out, value ? yes : no); }

std::optional<std::uint8_t> Reader::peek() const {
  if (rest_.empty()) return std::nullopt;
  return static_cast<std::uint8_t>(rest_.front());
}

std::optional<std::uint64_t> Reader::take_number(std::size_t size, std::uint64_t least) {
  rest_.remove_prefix(1);
  if (rest_.size() < size) return std::nullopt;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i)
    value = value << 8U | static_cast<std::uint8_t>(rest_[i]);
  rest_.remove_prefix(size);
  if (value < least) return std::nullopt;
  return value;
}

std::optional<std::string_view> Reader::take_bytes(std::optional<std::uint64_t> size) {
  if (!size || *size > rest_.size()) return std::nullopt;
  const auto bytes = rest_.substr(0, *size);
  rest_.remove_prefix(*size);
  return bytes;
}

std::optional<std::uint64_t> Reader::take_unsigned() {
  const auto first = peek();
  if (!first) return std::nullopt;
  if (*first < 0x80U) {
    rest_.remove_prefix(1);
    return *first;
  }
  switch (*first) {
    case unsigned_8:
      return take_number(1, 0x80);
    case unsigned_8 + 1:
      return take_number(2, over_8_bits);
    case unsigned_8 + 2:
      return take_number(4, over_16_bits);
    case unsigned_8 + 3:
      return take_number(8, over_32_bits);
    default:
      return std::nullopt;
  }
}

std::optional<std::int64_t> Reader::take_integer() {
  const auto first = peek();
  if (!first) return std::nullopt;
  if (*first >= fix_negative) {
    rest_.remove_prefix(1);
    return sign_extend(*first, 1);
  }
  if (*first >= signed_8 && *first <= signed_8 + 3) {
    const SignedForm& form = signed_forms[*first - signed_8];
    const auto value = take_number(form.size, 0);
    if (!value) return std::nullopt;
    const auto extended = sign_extend(*value, form.size);
    if (extended < form.lowest || extended > form.highest) return std::nullopt;
    return extended;
  }
  const auto value = take_unsigned();
  if (!value || *value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

std::optional<std::string_view> Reader::take_string() {
  const auto first = peek();
  if (!first) return std::nullopt;
  if ((*first & 0xE0U) == fix_string) {
    rest_.remove_prefix(1);
    return take_bytes(*first & 0x1FU);
  }
  switch (*first) {
    case string_8:
      return take_bytes(take_number(1, 32));
    case string_8 + 1:
      return take_bytes(take_number(2, over_8_bits));
    case string_8 + 2:
      return take_bytes(take_number(4, over_16_bits));
    default:
      return std::nullopt;
  }
}

std::optional<std::string_view> Reader::take_binary() {
  const auto first = peek();
  if (!first) return std::nullopt;
  switch (*first) {
    case binary_8:
      return take_bytes(take_number(1, 0));
    case binary_8 + 1:
      return take_bytes(take_number(2, over_8_bits));
    case binary_8 + 2:
      return take_bytes(take_number(4, over_16_bits));
    default:
      return std::nullopt;
  }
}

std::optional<std::size_t> Reader::take_array() {
  const auto first = peek();
  if (!first) return std::nullopt;
  std::optional<std::uint64_t> size;
  if ((*first & 0xF0U) == fix_array) {
    rest_.remove_prefix(1);
    size = *first & 0x0FU;
  } else if (*first == array_16) {
    size = take_number(2, 16);
  } else if (*first == array_16 + 1) {
    size = take_number(4, over_16_bits);
  }
  if (!size || *size > rest_.size()) return std::nullopt;
  return static_cast<std::size_t>(*size);
}

std::optional<bool> Reader::take_bool() {
  const auto first = peek();
  if (first != no && first != yes) return std::nullopt;
  rest_.remove_prefix(1);
  return first == yes;
}

bool Reader::take_nil() {
  if (peek() != nil) return false;
  rest_.remove_prefix(1);
  return true;
}

bool Reader::skip_any(int depth) {
  const auto first = peek();
  if (!first) return false;
  const bool is_array =
      (*first & 0xF0U) == fix_array || *first == array_16 || *first == array_16 + 1;
  if (is_array) {
    const auto size = take_array();
    if (!size || depth == 0) return false;
    for (std::size_t i = 0; i < *size; ++i) {
      if (!skip_any(depth - 1)) return false;
    }
    return true;
  }
  if (*first == nil) return take_nil();
  if (*first == no || *first == yes) return take_bool().has_value();
  if ((*first & 0xE0U) == fix_string || (*first >= string_8 && *first <= string_8 + 2))
    return take_string().has_value();
  if (*first >= binary_8 && *first <= binary_8 + 2) return take_binary().has_value();
  const bool is_signed = *first >= fix_negative || (*first >= signed_8 && *first <= signed_8 + 3);
  return is_signed ? take_integer().has_value() : take_unsigned().has_value();
}

std::optional<std::string_view> Reader::take_any(int depth) {
  const std::string_view before = rest_;
  if (!skip_any(depth)) return std::nullopt;
  return before.substr(0, before.size() - rest_.size());
}

}  // namespace tokens::msgpack
