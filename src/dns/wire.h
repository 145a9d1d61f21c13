// SPDX-License-Identifier: Apache-2.0
#pragma once
// Numbers and names as RFC 1035 puts them on the wire.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dns {

/// Takes values from the front of bytes that may end too early: then it gives zeros, and `ok` is
/// false from there on.
class Reader {
public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  std::uint8_t take_u8();
  std::uint16_t take_u16();
  std::uint32_t take_u32();
  std::string_view take(std::size_t count);

  bool ok() const { return ok_; }
  bool at_end() const { return bytes_.empty(); }
  std::size_t left() const { return bytes_.size(); }

private:
  std::string_view bytes_;
  bool ok_ = true;
};

inline constexpr std::size_t max_label = 63;
inline constexpr std::size_t max_name = 255;         // with the lengths of its labels
inline constexpr std::uint16_t own_udp_size = 1232;  // fits every path without fragments

/// Whether labels of host names may have it: letters, digits, hyphens and underscores.
bool is_host_byte(char c);

void append_u8(std::string& out, std::uint8_t value);
void append_u16(std::string& out, std::uint16_t value);
void append_u32(std::string& out, std::uint32_t value);
/// A name without a trailing dot, whose labels are 1 to 63 bytes; "" is the root.
void append_name(std::string& out, std::string_view name);

}  // namespace dns
