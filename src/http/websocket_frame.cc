// SPDX-License-Identifier: Apache-2.0
#include "http/websocket_frame.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace http::websocket {
namespace {

constexpr unsigned final_bit = 0x80;

void append_number(std::string& out, std::uint64_t number, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
    out += static_cast<char>(number >> static_cast<unsigned>(shift) & 0xFFU);
}

}  // namespace

bool is_sendable(CloseCode code) {
  // 1004 means nothing; 1005, 1006 and 1015 stand for a close that had no code (7.4.1).
  const bool is_protocols = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
  return is_protocols || (code >= 3000 && code <= 4999);
}

void Masking::apply(std::span<char> bytes) {
  using Word = std::uint64_t;
  std::array<MaskKey, sizeof(Word) / sizeof(MaskKey)> keys{};
  keys.fill(key_);
  Word mask = 0;
  std::memcpy(&mask, keys.data(), sizeof mask);

  // Whole words keep the key where it is.
  const auto whole = bytes.size() - bytes.size() % sizeof(Word);
  for (std::size_t at = 0; at < whole; at += sizeof(Word)) {
    Word word = 0;
    std::memcpy(&word, bytes.data() + at, sizeof word);
    word ^= mask;
    std::memcpy(bytes.data() + at, &word, sizeof word);
  }
  const auto rest = bytes.subspan(whole);
  for (std::size_t i = 0; i < rest.size(); ++i)
    rest[i] = static_cast<char>(rest[i] ^ key_[i % key_.size()]);
  std::ranges::rotate(key_, key_.begin() + static_cast<std::ptrdiff_t>(rest.size() % key_.size()));
}

void append_frame_head(std::string& out, const FrameHead& head) {
  const bool is_small = head.is_final && !head.is_compressed && head.size <= max_control_payload;
  if (is_control(head.opcode) && !is_small)
    throw std::logic_error("a control frame is one short frame, not compressed");
  if (head.size > max_payload) throw std::logic_error("no frame is as long as that");

  out += static_cast<char>(
      (head.is_final ? final_bit : 0U) | (head.is_compressed ? rsv1_bit : 0U) |
      static_cast<unsigned>(head.opcode));
  const unsigned mask = head.mask ? mask_bit : 0U;
  if (head.size <= 125) {
    out += static_cast<char>(mask | static_cast<unsigned>(head.size));
  } else if (head.size <= 0xFFFF) {
    out += static_cast<char>(mask | 126U);
    append_number(out, head.size, 2);
  } else {
    out += static_cast<char>(mask | 127U);
    append_number(out, head.size, 8);
  }
  if (head.mask) out.append(head.mask->data(), head.mask->size());
}

}  // namespace http::websocket
