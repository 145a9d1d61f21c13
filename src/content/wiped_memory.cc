// SPDX-License-Identifier: Apache-2.0
#include "content/wiped_memory.h"

#include <cstring>
#include <new>

#include "base/secret.h"

namespace content {
namespace {

/// Where the size of a piece of memory stands, in front of it.
constexpr std::size_t head_size = alignof(std::max_align_t);
static_assert(head_size >= sizeof(std::size_t));

}  // namespace

void* take_memory(std::size_t size) {
  auto* const start = static_cast<char*>(::operator new(head_size + size));
  std::memcpy(start, &size, sizeof size);
  return start + head_size;
}

void give_back_wiped(void* memory) noexcept {
  if (!memory) return;
  auto* const start = static_cast<char*>(memory) - head_size;
  std::size_t size = 0;
  std::memcpy(&size, start, sizeof size);
  base::wipe(memory, size);
  ::operator delete(start);
}

WipedText::~WipedText() { base::wipe(text.data(), text.capacity()); }

}  // namespace content
