// SPDX-License-Identifier: Apache-2.0
// Whatever a name server says: addresses come only with the right id and question, few of them, and
// of the family that was asked for.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "dns/reply.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view message(reinterpret_cast<const char*>(data), size);
  for (const auto type : {dns::Type::a, dns::Type::aaaa}) {
    const dns::Asked asked{.id = 0x1234, .name = "www.a.test", .type = type};
    const auto reply = dns::parse_reply(message, asked);
    if (!reply) continue;
    if (message.substr(0, 2) != "\x12\x34" || reply->addresses.size() > 64) std::abort();
    if (reply->truncated && !reply->addresses.empty()) std::abort();
    if (reply->canonical.size() > 254) std::abort();
    for (const auto& address : reply->addresses) {
      if (address.index() != (type == dns::Type::a ? 0U : 1U)) std::abort();
    }
  }
  return 0;
}
