// SPDX-License-Identifier: Apache-2.0
#include "sandbox/seccomp.h"

#include <cstddef>

__asm__(
    ".section .rodata\n"
    ".balign 16\n"
    "lazaret_filter_refused:\n"
    ".incbin \"" LAZARET_FILTER_DIRECTORY
    "/refused.bpf\"\n"
    "lazaret_filter_allowed:\n"
    ".incbin \"" LAZARET_FILTER_DIRECTORY
    "/allowed.bpf\"\n"
    "lazaret_filter_end:\n"
    ".previous\n");

extern "C" const char lazaret_filter_refused[];
extern "C" const char lazaret_filter_allowed[];
extern "C" const char lazaret_filter_end[];

namespace sandbox {
namespace {

std::string_view between(const char* begin, const char* end) {
  return {begin, static_cast<std::size_t>(end - begin)};
}

}  // namespace

std::string_view seccomp_filter(UserNamespaces user_namespaces) {
  return user_namespaces == UserNamespaces::refused
             ? between(lazaret_filter_refused, lazaret_filter_allowed)
             : between(lazaret_filter_allowed, lazaret_filter_end);
}

}  // namespace sandbox
