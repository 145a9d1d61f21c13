// SPDX-License-Identifier: Apache-2.0
#include "dns/cursor.h"

#include <algorithm>

#include "base/text.h"
#include "dns/wire.h"

namespace dns {

std::uint8_t Cursor::take_u8() {
  const auto bytes = take(1);
  return bytes.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(bytes.front());
}

std::uint16_t Cursor::take_u16() {
  const unsigned high = take_u8();
  return static_cast<std::uint16_t>(high << 8U | take_u8());
}

std::uint32_t Cursor::take_u32() {
  const std::uint32_t high = take_u16();
  return high << 16U | take_u16();
}

std::string_view Cursor::take(std::size_t count) {
  if (!ok_ || count > message_.size() - at_) {
    ok_ = false;
    return {};
  }
  at_ += count;
  return message_.substr(at_ - count, count);
}

std::optional<std::string> Cursor::take_name() {
  std::string name;
  std::size_t size = 1;
  std::size_t limit = at_;  // a pointer leads further back than everything before it: no loops
  std::optional<std::size_t> behind;
  for (;;) {
    const std::size_t length = take_u8();
    if (!ok_) return std::nullopt;
    if (length == 0) break;
    if ((length & 0xC0U) == 0xC0U) {
      const std::size_t to = (length & 0x3FU) << 8U | take_u8();
      if (!ok_ || to >= limit) return std::nullopt;
      if (!behind) behind = at_;
      limit = to;
      at_ = to;
      continue;
    }
    size += length + 1;
    if (length > max_label || size > max_name) return std::nullopt;
    const auto label = take(length);
    if (!ok_) return std::nullopt;
    if (!name.empty()) name += '.';
    name += std::ranges::all_of(label, is_host_byte) ? base::lower(label) : std::string("?");
  }
  if (behind) at_ = *behind;
  return name;
}

}  // namespace dns
