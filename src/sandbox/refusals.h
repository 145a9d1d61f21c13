// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a sandbox tried to send and the ruleset refused, as the kernel's packet log tells it.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/endpoint.h"

namespace sandbox {

struct Refusal {
  std::uint8_t protocol = 0;  // as in /etc/protocols: 17 is UDP
  Endpoint destination;       // port 0 when the protocol has none or the packet is too short

  /// "udp 192.0.2.1:443", "icmp 192.0.2.1".
  std::string to_string() const;
  bool operator==(const Refusal&) const = default;
};

/// The refusals in one datagram of `Listeners::refusals`. The packets inside were made by the
/// sandbox: what is cut or nonsense is left out, nothing is read beyond the datagram.
std::vector<Refusal> parse_refusals(std::string_view datagram);

}  // namespace sandbox
