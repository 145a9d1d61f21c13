// SPDX-License-Identifier: Apache-2.0
#pragma once
// Memory for secrets: locked, so that it is never written to swap, and left out of core dumps.
//
// Blocks are cut from regions that are locked once and kept, so that taking and giving back a block
// costs no system call. What is larger than `largest_block` has a mapping of its own. A block that
// is given back is wiped first.

#include <cstddef>
#include <string>

namespace base {

inline constexpr std::size_t largest_block = 16384;

struct SecretBlock {
  char* data = nullptr;
  std::size_t size = 0;  // at least what was asked for
};

/// Safe from any thread. Throws std::bad_alloc.
SecretBlock take_secret_block(std::size_t size);
void give_back_secret_block(SecretBlock block) noexcept;

/// Why some of this memory is not locked ("Cannot allocate memory (ulimit -l is 64 KiB)"); empty
/// when all of it is.
std::string why_secrets_may_be_swapped();

/// Overwrites memory so that the compiler cannot leave it out.
void wipe(void* data, std::size_t size);

}  // namespace base
