// SPDX-License-Identifier: Apache-2.0
#pragma once
// Memory for compressors, wiped when it goes: an encoder's window holds the body as the wire gets
// it, secrets included.

#include <cstddef>
#include <string>

namespace content {

/// Aligned for everything, not initialised; throws when there is none.
void* take_memory(std::size_t size);
/// Null is nothing.
void give_back_wiped(void* memory) noexcept;

/// Text that is wiped before it is forgotten.
struct WipedText {
  WipedText() = default;
  WipedText(WipedText&&) = default;
  WipedText& operator=(WipedText&&) = delete;
  WipedText(const WipedText&) = delete;
  WipedText& operator=(const WipedText&) = delete;
  ~WipedText();

  std::string text;
};

}  // namespace content
