// SPDX-License-Identifier: Apache-2.0
#include "dns/wire.h"

#include "base/text.h"

namespace dns {

std::uint8_t Reader::take_u8() {
  const auto bytes = take(1);
  return bytes.empty() ? 0 : static_cast<std::uint8_t>(bytes.front());
}

std::uint16_t Reader::take_u16() {
  const unsigned high = take_u8();
  return static_cast<std::uint16_t>(high << 8U | take_u8());
}

std::uint32_t Reader::take_u32() {
  const std::uint32_t high = take_u16();
  return high << 16U | take_u16();
}

std::string_view Reader::take(std::size_t count) {
  if (count > bytes_.size()) {
    ok_ = false;
    bytes_ = {};
    return {};
  }
  const auto taken = bytes_.substr(0, count);
  bytes_.remove_prefix(count);
  return taken;
}

bool is_host_byte(char c) { return base::is_alpha(c) || base::is_digit(c) || c == '-' || c == '_'; }

void append_u8(std::string& out, std::uint8_t value) { out.push_back(static_cast<char>(value)); }

void append_u16(std::string& out, std::uint16_t value) {
  append_u8(out, static_cast<std::uint8_t>(value >> 8U));
  append_u8(out, static_cast<std::uint8_t>(value));
}

void append_u32(std::string& out, std::uint32_t value) {
  append_u16(out, static_cast<std::uint16_t>(value >> 16U));
  append_u16(out, static_cast<std::uint16_t>(value));
}

void append_name(std::string& out, std::string_view name) {
  if (!name.empty()) {
    for (auto label : base::split(name, '.')) {
      append_u8(out, static_cast<std::uint8_t>(label.size()));
      out.append(label);
    }
  }
  append_u8(out, 0);
}

}  // namespace dns
