// SPDX-License-Identifier: Apache-2.0
#pragma once
// A place in a message, from which names can point back (RFC 1035, 4.1.4).

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dns {

/// Like `Reader`: what would go over the end gives zeros, and `ok` is false from there on.
class Cursor {
public:
  explicit Cursor(std::string_view message, std::size_t at = 0) : message_(message), at_(at) {}

  std::uint8_t take_u8();
  std::uint16_t take_u16();
  std::uint32_t take_u32();
  std::string_view take(std::size_t count);
  /// A length of one byte, and as many bytes (RFC 1035, 3.3).
  std::string_view take_character_string() { return take(take_u8()); }
  /// In lower case, with dots, "" for the root; nothing for one that is not well formed. A label
  /// with a byte that no host name has becomes "?", which equals no name.
  std::optional<std::string> take_name();

  bool ok() const { return ok_; }
  bool at_end() const { return at_ == message_.size(); }
  std::size_t at() const { return at_; }

private:
  std::string_view message_;
  std::size_t at_;
  bool ok_ = true;
};

}  // namespace dns
