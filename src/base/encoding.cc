// SPDX-License-Identifier: Apache-2.0
#include "base/encoding.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

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

}  // namespace

std::string to_hex(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += hex_digits[byte >> 4U];
    out += hex_digits[byte & 15U];
  }
  return out;
}

std::string to_base64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4, '=');
  char* to = out.data();
  const std::size_t whole = bytes.size() - bytes.size() % 3;
  for (std::size_t i = 0; i < whole; i += 3) {
    const unsigned bits =
        byte_at(bytes, i) << 16U | byte_at(bytes, i + 1) << 8U | byte_at(bytes, i + 2);
    std::memcpy(to, base64_pairs[bits >> 12U].data(), 2);
    std::memcpy(to + 2, base64_pairs[bits & 4095U].data(), 2);
    to += 4;
  }
  if (whole == bytes.size()) return out;

  const bool has_two = bytes.size() - whole == 2;
  const unsigned bits =
      byte_at(bytes, whole) << 16U | (has_two ? byte_at(bytes, whole + 1) << 8U : 0U);
  std::memcpy(to, base64_pairs[bits >> 12U].data(), 2);
  if (has_two) to[2] = base64_digits[(bits >> 6U) & 63U];
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
  std::string bytes = random_bytes(16);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  auto millis = static_cast<unsigned long long>(
      std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
  for (std::size_t i = 6; i-- > 0; millis >>= 8U)
    bytes[i] = static_cast<char>(millis & 0xFFU);
  bytes[6] = static_cast<char>((static_cast<unsigned char>(bytes[6]) & 0x0FU) | 0x70U);
  bytes[8] = static_cast<char>((static_cast<unsigned char>(bytes[8]) & 0x3FU) | 0x80U);
  const std::string hex = to_hex(bytes);
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" +
         hex.substr(16, 4) + "-" + hex.substr(20);
}

}  // namespace base
