// SPDX-License-Identifier: Apache-2.0
#include "sandbox/init_image.h"

#include <cstddef>

__asm__(
    ".section .rodata\n"
    ".balign 16\n"
    "lazaret_init_begin:\n"
    ".incbin \"" LAZARET_INIT_PATH
    "\"\n"
    "lazaret_init_end:\n"
    ".previous\n");

extern "C" const char lazaret_init_begin[];
extern "C" const char lazaret_init_end[];

namespace sandbox {

std::string_view init_image() {
  return {lazaret_init_begin, static_cast<std::size_t>(lazaret_init_end - lazaret_init_begin)};
}

}  // namespace sandbox
