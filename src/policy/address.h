// SPDX-License-Identifier: Apache-2.0
#pragma once
// What kind of place an IP address is. A name that resolves to anything but a public address is
// refused unless a rule says otherwise, so this table errs towards "not public".

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace policy {

enum class AddressClass {
  public_,
  unspecified,
  loopback,
  private_,
  shared,  // carrier-grade NAT, 100.64.0.0/10
  link_local,
  metadata,  // where clouds answer with credentials
  multicast,
  documentation,
  reserved,
};

std::string_view name_of(AddressClass kind);

/// An IPv4 (4 bytes) or IPv6 (16 bytes) address in network order.
class Address {
public:
  explicit Address(std::span<const std::uint8_t, 4> bytes);
  explicit Address(std::span<const std::uint8_t, 16> bytes);

  std::span<const std::uint8_t> bytes() const { return {bytes_.data(), size_}; }
  bool is_ipv6() const { return size_ == 16; }
  bool operator==(const Address&) const = default;

private:
  std::array<std::uint8_t, 16> bytes_{};
  std::size_t size_;
};

/// Dotted quad, or IPv6 text without brackets and zone; nothing else, so it reads what
/// normalise_host() writes.
std::optional<Address> parse_address(std::string_view text);
/// The canonical text.
std::string to_string(const Address& address);

/// 4 or 16 bytes in network order; any other length is `reserved`. An IPv6 address that carries an
/// IPv4 one (mapped, compatible, NAT64, 6to4) is what the IPv4 address is.
AddressClass classify(std::span<const std::uint8_t> bytes);
inline AddressClass classify(const Address& address) { return classify(address.bytes()); }

inline bool is_public(std::span<const std::uint8_t> bytes) {
  return classify(bytes) == AddressClass::public_;
}
inline bool is_public(const Address& address) { return is_public(address.bytes()); }

}  // namespace policy
