// SPDX-License-Identifier: Apache-2.0
#include "dns/address.h"

#include "base/text.h"

namespace dns {
namespace {

std::optional<Address> parse_in_addr(std::string_view labels) {
  const auto parts = base::split(labels, '.');
  if (parts.size() != 4) return std::nullopt;
  Ipv4 address = 0;
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    const auto octet = base::parse_number(*part);
    const bool canonical = octet && *octet <= 255 && (part->size() == 1 || part->front() != '0');
    if (!canonical) return std::nullopt;
    address = address << 8U | static_cast<Ipv4>(*octet);
  }
  return address;
}

/// 32 nibbles with dots between them, the last of the address first.
std::optional<Address> parse_ip6(std::string_view labels) {
  if (labels.size() != 63) return std::nullopt;
  Ipv6 address{};
  for (std::size_t i = 0; i < 32; ++i) {
    const int nibble = base::hex_value(labels[62 - 2 * i]);
    if (nibble < 0 || (i > 0 && labels[63 - 2 * i] != '.')) return std::nullopt;
    auto& byte = address[i / 2];
    byte = static_cast<std::uint8_t>(byte << 4U | static_cast<unsigned>(nibble));
  }
  return address;
}

}  // namespace

std::optional<Address> parse_reverse_name(std::string_view name) {
  constexpr std::string_view in_addr = ".in-addr.arpa";
  constexpr std::string_view ip6 = ".ip6.arpa";
  if (name.ends_with(in_addr)) return parse_in_addr(name.substr(0, name.size() - in_addr.size()));
  if (name.ends_with(ip6)) return parse_ip6(name.substr(0, name.size() - ip6.size()));
  return std::nullopt;
}

}  // namespace dns
