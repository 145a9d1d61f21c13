// SPDX-License-Identifier: Apache-2.0
#include "policy/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <utility>

namespace policy {
namespace {

using Bytes = std::span<const std::uint8_t>;

struct Block {
  std::array<std::uint8_t, 16> network;
  int bits;
  AddressClass kind;
};

// The IANA special-purpose registries and the metadata services of clouds; the first block that
// holds an address decides.
constexpr Block ipv4_blocks[] = {
    {{169, 254, 169, 254}, 32, AddressClass::metadata},
    {{169, 254, 170, 2}, 32, AddressClass::metadata},
    {{169, 254, 170, 23}, 32, AddressClass::metadata},
    {{100, 100, 100, 200}, 32, AddressClass::metadata},
    {{168, 63, 129, 16}, 32, AddressClass::metadata},
    {{192, 0, 0, 192}, 32, AddressClass::metadata},
    {{0, 0, 0, 0}, 8, AddressClass::unspecified},
    {{10}, 8, AddressClass::private_},
    {{100, 64}, 10, AddressClass::shared},
    {{127}, 8, AddressClass::loopback},
    {{169, 254}, 16, AddressClass::link_local},
    {{172, 16}, 12, AddressClass::private_},
    {{192, 0, 0}, 24, AddressClass::reserved},
    {{192, 0, 2}, 24, AddressClass::documentation},
    {{192, 88, 99}, 24, AddressClass::reserved},
    {{192, 168}, 16, AddressClass::private_},
    {{198, 18}, 15, AddressClass::reserved},
    {{198, 51, 100}, 24, AddressClass::documentation},
    {{203, 0, 113}, 24, AddressClass::documentation},
    {{224}, 4, AddressClass::multicast},
    {{240}, 4, AddressClass::reserved},
};

constexpr Block ipv6_blocks[] = {
    {{0xfd, 0x00, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54},
     128,
     AddressClass::metadata},
    {{0xfd, 0x20, 0x00, 0xce, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54},
     128,
     AddressClass::metadata},
    {{0}, 128, AddressClass::unspecified},
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128, AddressClass::loopback},
    {{0xfc}, 7, AddressClass::private_},
    {{0xfe, 0x80}, 10, AddressClass::link_local},
    {{0xfe, 0xc0}, 10, AddressClass::private_},
    {{0xff}, 8, AddressClass::multicast},
    {{0x20, 0x01, 0x00}, 23, AddressClass::reserved},  // Teredo, benchmarking, ORCHID
    {{0x20, 0x01, 0x0d, 0xb8}, 32, AddressClass::documentation},
    {{0x3f, 0xff}, 20, AddressClass::documentation},
    {{0x20}, 3, AddressClass::public_},  // 2000::/3, all that is handed out
};

struct Carrier {
  std::array<std::uint8_t, 16> network;
  int bits;
  std::size_t offset;  // where the IPv4 address stands
};

constexpr Carrier ipv4_carriers[] = {
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, 12},  // mapped
    {{0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0}, 96, 12},  // translated (SIIT)
    {{0x00, 0x64, 0xff, 0x9b}, 96, 12},                    // NAT64
    {{0x20, 0x02}, 16, 2},                                 // 6to4
    {{0}, 96, 12},  // compatible; :: and ::1 were judged before
};

bool holds(std::span<const std::uint8_t, 16> network, int bits, Bytes address) {
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (!std::ranges::equal(network.first(whole), address.first(whole))) return false;
  if (bits % 8 == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xFF00U >> static_cast<unsigned>(bits % 8));
  return (network[whole] & mask) == (address[whole] & mask);
}

AddressClass look_up(std::span<const Block> blocks, Bytes address, AddressClass otherwise) {
  for (const Block& block : blocks) {
    if (holds(block.network, block.bits, address)) return block.kind;
  }
  return otherwise;
}

AddressClass classify_ipv4(Bytes address) {
  return look_up(ipv4_blocks, address, AddressClass::public_);
}

AddressClass classify_ipv6(Bytes address) {
  const bool is_plain = address[15] <= 1 &&
                        std::ranges::all_of(address.first(15), [](auto byte) { return byte == 0; });
  if (!is_plain) {
    for (const Carrier& carrier : ipv4_carriers) {
      if (holds(carrier.network, carrier.bits, address)) {
        return classify_ipv4(address.subspan(carrier.offset, 4));
      }
    }
  }
  return look_up(ipv6_blocks, address, AddressClass::reserved);
}

}  // namespace

std::string_view name_of(AddressClass kind) {
  switch (kind) {
    case AddressClass::public_:
      return "public";
    case AddressClass::unspecified:
      return "unspecified";
    case AddressClass::loopback:
      return "loopback";
    case AddressClass::private_:
      return "private";
    case AddressClass::shared:
      return "shared (carrier-grade NAT)";
    case AddressClass::link_local:
      return "link-local";
    case AddressClass::metadata:
      return "cloud metadata";
    case AddressClass::multicast:
      return "multicast";
    case AddressClass::documentation:
      return "documentation";
    case AddressClass::reserved:
      return "reserved";
  }
  std::unreachable();
}

Address::Address(std::span<const std::uint8_t, 4> bytes) : size_(4) {
  std::ranges::copy(bytes, bytes_.begin());
}

Address::Address(std::span<const std::uint8_t, 16> bytes) : size_(16) {
  std::ranges::copy(bytes, bytes_.begin());
}

std::optional<Address> parse_address(std::string_view text) {
  const std::string terminated(text);
  if (terminated.find('\0') != std::string::npos) return std::nullopt;
  std::array<std::uint8_t, 4> ipv4{};
  if (inet_pton(AF_INET, terminated.c_str(), ipv4.data()) == 1) return Address(ipv4);
  std::array<std::uint8_t, 16> ipv6{};
  if (inet_pton(AF_INET6, terminated.c_str(), ipv6.data()) == 1) return Address(ipv6);
  return std::nullopt;
}

std::string to_string(const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = address.is_ipv6() ? AF_INET6 : AF_INET;
  inet_ntop(family, address.bytes().data(), text.data(), text.size());
  return text.data();
}

AddressClass classify(std::span<const std::uint8_t> bytes) {
  if (bytes.size() == 4) return classify_ipv4(bytes);
  if (bytes.size() == 16) return classify_ipv6(bytes);
  return AddressClass::reserved;
}

}  // namespace policy
