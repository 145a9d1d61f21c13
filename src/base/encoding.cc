// SPDX-License-Identifier: Apache-2.0
#include "base/encoding.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <stdexcept>

namespace base {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Both digits of twelve bits.
constexpr auto base64_pairs = [] {
  std::array<std::array<char, 2>, 4096> pairs{};
  for (std::size_t i = 0; i < pairs.size(); ++i)
    pairs[i] = {base64_digits[i >> 6U], base64_digits[i & 63U]};
  return pairs;
}();

constexpr std::uint8_t not_base64 = 64;

/// What a character stands for.
constexpr auto base64_values = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(not_base64);
  for (std::size_t i = 0; i < base64_digits.size(); ++i)
    values[static_cast<unsigned char>(base64_digits[i])] = static_cast<std::uint8_t>(i);
  return values;
}();

unsigned byte_at(std::string_view bytes, std::size_t i) {
  return static_cast<unsigned char>(bytes[i]);
}

#ifdef __x86_64__
/// Twelve bytes at a time, with the instructions that every processor since 2006 has (Muła and
/// Lemire, "Faster Base64 Encoding and Decoding Using AVX2 Instructions", 2018). How many bytes are
/// done.
__attribute__((target("ssse3"))) std::size_t write_base64_by_twelves(
    std::string_view bytes, char* to) {
  const auto three_to_four = _mm_set_epi8(10, 11, 9, 10, 7, 8, 6, 7, 4, 5, 3, 4, 1, 2, 0, 1);
  // What has to be added to six bits, by the kind of digit that they become.
  const auto offsets = _mm_setr_epi8(
      'a' - 26, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52,
      '0' - 52, '0' - 52, '+' - 62, '/' - 63, 'A', 0, 0);
  std::size_t at = 0;
  for (; bytes.size() - at >= sizeof(__m128i); at += 12, to += sizeof(__m128i)) {
    const auto in = _mm_shuffle_epi8(
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes.data() + at)), three_to_four);
    const auto odd =
        _mm_mulhi_epu16(_mm_and_si128(in, _mm_set1_epi32(0x0fc0fc00)), _mm_set1_epi32(0x04000040));
    const auto even =
        _mm_mullo_epi16(_mm_and_si128(in, _mm_set1_epi32(0x003f03f0)), _mm_set1_epi32(0x01000010));
    const auto sixes = _mm_or_si128(odd, even);
    const auto is_capital = _mm_cmpgt_epi8(_mm_set1_epi8(26), sixes);
    const auto kinds = _mm_or_si128(
        _mm_subs_epu8(sixes, _mm_set1_epi8(51)), _mm_and_si128(is_capital, _mm_set1_epi8(13)));
    _mm_storeu_si128(
        reinterpret_cast<__m128i*>(to), _mm_add_epi8(sixes, _mm_shuffle_epi8(offsets, kinds)));
  }
  return at;
}
#endif

/// Into room for all of it.
void write_base64(std::string_view bytes, char* to) {
#ifdef __x86_64__
  if (__builtin_cpu_supports("ssse3")) {
    const auto done = write_base64_by_twelves(bytes, to);
    bytes.remove_prefix(done);
    to += done / 3 * 4;
  }
#endif
  for (; bytes.size() >= 3; bytes.remove_prefix(3), to += 4) {
    const unsigned bits = byte_at(bytes, 0) << 16U | byte_at(bytes, 1) << 8U | byte_at(bytes, 2);
    std::memcpy(to, base64_pairs[bits >> 12U].data(), 2);
    std::memcpy(to + 2, base64_pairs[bits & 4095U].data(), 2);
  }
  if (bytes.empty()) return;
  const bool has_two = bytes.size() == 2;
  const unsigned bits = byte_at(bytes, 0) << 16U | (has_two ? byte_at(bytes, 1) << 8U : 0U);
  std::memcpy(to, base64_pairs[bits >> 12U].data(), 2);
  to[2] = has_two ? base64_digits[(bits >> 6U) & 63U] : '=';
  to[3] = '=';
}

void append_hex(std::string& out, char c) {
  const auto byte = static_cast<unsigned char>(c);
  out += hex_digits[byte >> 4U];
  out += hex_digits[byte & 15U];
}

}  // namespace

std::string to_hex(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char byte : bytes)
    append_hex(out, byte);
  return out;
}

void append_base64(std::string& out, std::string_view bytes) {
  const auto before = out.size();
  const auto after = before + (bytes.size() + 2) / 3 * 4;
  // How much room there is may be told as more than was asked for (libstdc++ 12).
  out.resize_and_overwrite(after, [&](char* text, std::size_t /*room*/) {
    write_base64(bytes, text + before);
    return after;
  });
}

std::string to_base64(std::string_view bytes) {
  std::string out;
  append_base64(out, bytes);
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding)
    text.remove_suffix(1);
  std::string out;
  out.reserve(text.size() / 4 * 3 + 2);
  for (; !text.empty(); text.remove_prefix(std::min<std::size_t>(text.size(), 4))) {
    const std::size_t digits = std::min<std::size_t>(text.size(), 4);
    unsigned bits = 0;
    unsigned seen = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      const unsigned value = i < digits ? base64_values[byte_at(text, i)] : 0U;
      bits = bits << 6U | value;
      seen |= value;
    }
    const std::size_t size = digits * 6 / 8;
    const unsigned unused = bits & ((1U << (24 - 8 * size)) - 1);
    if (seen >= not_base64 || unused != 0) return std::nullopt;
    const std::array bytes{
        static_cast<char>(bits >> 16U), static_cast<char>(bits >> 8U), static_cast<char>(bits)};
    out.append(bytes.data(), size);
  }
  return out;
}

std::string sha256(std::string_view bytes) {
  std::string out(32, '\0');
  unsigned size = 32;
  if (EVP_Digest(
          bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(out.data()), &size,
          EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("SHA-256 is not available in this OpenSSL");
  }
  return out;
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  std::string out(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  const auto* made = HMAC(
      EVP_sha256(), key.data(), static_cast<int>(key.size()),
      reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
      reinterpret_cast<unsigned char*>(out.data()), &size);
  if (made == nullptr) throw std::runtime_error("HMAC-SHA256 failed");
  out.resize(size);
  return out;
}

std::string random_bytes(std::size_t count) {
  std::string out(count, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(count)) != 1) {
    throw std::runtime_error("the random generator failed");
  }
  return out;
}

std::string uuid_v7() {
  // The generator's price is by call: one serves many.
  thread_local std::string supply;
  if (supply.size() < 16) supply = random_bytes(1024);
  std::array<char, 16> bytes{};
  std::ranges::copy(std::string_view(supply).substr(supply.size() - bytes.size()), bytes.begin());
  supply.resize(supply.size() - bytes.size());
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  auto millis = static_cast<unsigned long long>(
      std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
  for (std::size_t i = 6; i-- > 0; millis >>= 8U)
    bytes[i] = static_cast<char>(millis & 0xFFU);
  bytes[6] = static_cast<char>((static_cast<unsigned char>(bytes[6]) & 0x0FU) | 0x70U);
  bytes[8] = static_cast<char>((static_cast<unsigned char>(bytes[8]) & 0x3FU) | 0x80U);
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i >= 4 && i <= 10 && i % 2 == 0) text += '-';
    append_hex(text, bytes[i]);
  }
  return text;
}

}  // namespace base
