// SPDX-License-Identifier: Apache-2.0
#pragma once
// What lazaret and the init inside a sandbox say to each other over a SOCK_SEQPACKET pair, one
// struct a packet. Host to init: first `start_word`, before which no program runs; then signal
// numbers. Init to host: one report, its last word. Init's side closing means that the sandbox is
// over, the host's side closing that lazaret is gone: both then end everything inside.

#include <cstdint>

namespace sandbox {

constexpr std::int32_t start_word = 0;  // no signal has this number

enum class ReportKind : std::uint32_t {
  ended = 1,        // value: the program's wait status
  not_started = 2,  // value: errno of the exec
  stopped = 3,      // value: the signal that stopped the program; it waits for SIGCONT
};

struct Report {
  ReportKind kind;
  std::int32_t value;
};

}  // namespace sandbox
