// SPDX-License-Identifier: Apache-2.0
#pragma once
// For this folder's tests: frames of HTTP/2 put together by hand (RFC 9113, 4.1), and those that
// were written, taken apart again.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace http::test {

namespace frame_type {
constexpr std::uint8_t data = 0;
constexpr std::uint8_t headers = 1;
constexpr std::uint8_t priority = 2;
constexpr std::uint8_t rst_stream = 3;
constexpr std::uint8_t settings = 4;
constexpr std::uint8_t push_promise = 5;
constexpr std::uint8_t ping = 6;
constexpr std::uint8_t goaway = 7;
constexpr std::uint8_t window_update = 8;
constexpr std::uint8_t continuation = 9;
}  // namespace frame_type

namespace frame_flag {
constexpr std::uint8_t none = 0;
constexpr std::uint8_t end_stream = 1;
constexpr std::uint8_t ack = 1;
constexpr std::uint8_t end_headers = 4;
}  // namespace frame_flag

inline std::string number(std::uint64_t value, int bytes) {
  std::string out;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
    out += static_cast<char>(value >> static_cast<unsigned>(shift));
  return out;
}

inline std::string frame(
    std::uint8_t type, std::uint8_t flags, std::uint32_t stream, std::string_view payload = {}) {
  std::string out = number(payload.size(), 3);
  out += static_cast<char>(type);
  out += static_cast<char>(flags);
  out += number(stream, 4);
  return out.append(payload);
}

inline std::string settings(std::string_view payload = {}) {
  return frame(frame_type::settings, frame_flag::none, 0, payload);
}

/// What a client says first (RFC 9113, 3.4).
inline std::string preface() { return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + settings(); }

/// A length or an index of HPACK (RFC 7541, 5.1) below `first`.
inline std::string prefixed(std::uint8_t first, unsigned int bits, std::size_t value) {
  const std::size_t limit = (1UL << bits) - 1;
  if (value < limit) return {static_cast<char>(first | value)};
  std::string out{static_cast<char>(first | limit)};
  for (value -= limit; value >= 0x80; value >>= 7U)
    out += static_cast<char>(0x80U | (value & 0x7FU));
  return out + static_cast<char>(value);
}

enum class Indexed { no, yes };

/// One field, spelt out (RFC 7541, 6.2). With `Indexed::yes` it becomes entry 62 of the table.
inline std::string field(
    std::string_view name, std::string_view value, Indexed indexed = Indexed::no) {
  std::string out(1, indexed == Indexed::yes ? '\x40' : '\x00');
  out += prefixed(0, 7, name.size());
  out += name;
  out += prefixed(0, 7, value.size());
  return out.append(value);
}

/// A reference to the entry that was added last.
inline std::string newest_field() { return prefixed(0x80, 7, 62); }

inline std::string request_fields(std::string_view method = "GET") {
  return field(":method", method) + field(":scheme", "https") + field(":authority", "a.test") +
         field(":path", "/");
}

inline std::string headers(std::uint32_t stream, std::string_view block, std::uint8_t flags) {
  return frame(
      frame_type::headers, static_cast<std::uint8_t>(flags | frame_flag::end_headers), stream,
      block);
}

struct Frame {
  std::uint8_t type = 0;
  std::uint8_t flags = 0;
  std::uint32_t stream = 0;
  std::string payload{};

  std::uint32_t number_at(std::size_t begin) const {
    std::uint32_t out = 0;
    for (std::size_t i = begin; i < begin + 4 && i < payload.size(); ++i)
      out = (out << 8U) | static_cast<std::uint8_t>(payload[i]);
    return out;
  }
};

/// The frames of `bytes`, which begin with one.
inline std::vector<Frame> frames_of(std::string_view bytes) {
  constexpr std::size_t head = 9;
  std::vector<Frame> out;
  while (bytes.size() >= head) {
    const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
    const std::size_t size = (at(0) << 16U) | (at(1) << 8U) | at(2);
    Frame one{.type = at(3), .flags = at(4), .stream = 0, .payload = {}};
    for (std::size_t i = 5; i < head; ++i)
      one.stream = (one.stream << 8U) | at(i);
    one.payload = bytes.substr(head, size);
    out.push_back(std::move(one));
    bytes.remove_prefix(std::min(bytes.size(), head + size));
  }
  return out;
}

}  // namespace http::test
