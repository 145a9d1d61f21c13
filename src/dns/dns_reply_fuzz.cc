// SPDX-License-Identifier: Apache-2.0
// Whatever a name server says: addresses and records come only with the right id and question, few
// of them, of the kind that was asked for, and a record that was put together anew stays as it is.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "dns/record_data.h"
#include "dns/reply.h"

namespace {

using dns::Type;

constexpr std::array types{Type::a,     Type::aaaa, Type::mx,    Type::txt, Type::srv,
                           Type::naptr, Type::svcb, Type::https, Type::caa};

void check_records(const dns::Reply& reply, Type type) {
  if (reply.data.size() > dns::most_records) std::abort();
  if (!reply.data.empty() && (reply.truncated || !dns::can_rebuild(type))) std::abort();
  for (const auto& data : reply.data) {
    if (dns::rebuild_data(type, data, 0, data.size()) != data) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view message(reinterpret_cast<const char*>(data), size);
  for (const auto type : types) {
    const dns::Asked asked{.id = 0x1234, .name = "www.a.test", .type = type};
    const auto reply = dns::parse_reply(message, asked);
    if (!reply) continue;
    if (message.substr(0, 2) != "\x12\x34" || reply->addresses.size() > 64) std::abort();
    if (reply->truncated && !reply->addresses.empty()) std::abort();
    if (reply->canonical.size() > 254 || reply->ttl > 3600) std::abort();
    check_records(*reply, type);
    for (const auto& address : reply->addresses) {
      if (address.index() != (type == dns::Type::a ? 0U : 1U)) std::abort();
    }
  }
  return 0;
}
