// SPDX-License-Identifier: Apache-2.0
#pragma once
// Bytes as arrays, as texts, and as OpenSSL takes them.

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace tokens {

template <std::size_t Size>
std::string_view view(const std::array<char, Size>& bytes) {
  return {bytes.data(), bytes.size()};
}

inline const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
inline unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

}  // namespace tokens
