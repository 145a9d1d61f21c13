// SPDX-License-Identifier: Apache-2.0
#include "http/utf8_checker.h"

#include <cstring>

namespace http {
namespace {

/// How many bytes at the beginning are ASCII, as far as whole words tell: most text is nothing
/// else.
std::size_t skip_ascii_words(std::string_view text) {
  using Word = std::uint64_t;
  constexpr Word top_bits = 0x8080808080808080;
  std::size_t at = 0;
  for (; at + sizeof(Word) <= text.size(); at += sizeof(Word)) {
    Word word = 0;
    std::memcpy(&word, text.data() + at, sizeof word);
    if ((word & top_bits) != 0) break;
  }
  return at;
}

}  // namespace

std::size_t Utf8Checker::feed(std::string_view bytes) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    if (missing_ == 0) at += skip_ascii_words(bytes.substr(at));
    if (at == bytes.size() || !take(static_cast<std::uint8_t>(bytes[at]))) break;
    ++at;
  }
  return at;
}

bool Utf8Checker::take(std::uint8_t byte) {
  if (missing_ == 0) return begin_character(byte);
  if (byte < lowest_ || byte > highest_) return false;
  lowest_ = 0x80;
  highest_ = 0xBF;
  --missing_;
  return true;
}

bool Utf8Checker::begin_character(std::uint8_t byte) {
  if (byte < 0x80) return true;
  if (byte < 0xC2 || byte > 0xF4) return false;
  if (byte < 0xE0) {
    missing_ = 1;
  } else {
    missing_ = byte < 0xF0 ? 2 : 3;
  }
  // No longer form than needed, no surrogate, nothing above U+10FFFF: the second byte shows each.
  if (byte == 0xE0) lowest_ = 0xA0;
  if (byte == 0xED) highest_ = 0x9F;
  if (byte == 0xF0) lowest_ = 0x90;
  if (byte == 0xF4) highest_ = 0x8F;
  return true;
}

}  // namespace http
