// SPDX-License-Identifier: Apache-2.0
#include "dns/pool.h"

#include <algorithm>
#include <mutex>

namespace dns {
namespace {

constexpr Ipv4 first_v4 = 0xC6120000 + Pool::margin;  // 198.18.0.0
constexpr Ipv6 prefix_v6{0xFD, 0x00, 0x6C, 0x61};

Ipv6 to_v6(std::uint32_t index) {
  auto address = prefix_v6;
  const auto place = index + Pool::margin;
  for (unsigned i = 0; i < 4; ++i)
    address[15 - i] = static_cast<std::uint8_t>(place >> (8 * i));
  return address;
}

Addresses at(std::uint32_t index) { return {.v4 = first_v4 + index, .v6 = to_v6(index)}; }

/// Of an address outside the pool: one that no name has.
std::uint32_t index_of(Ipv4 address) { return address - first_v4; }

std::uint32_t index_of(const Ipv6& address) {
  std::uint32_t place = 0;
  for (unsigned i = 12; i < 16; ++i)
    place = place << 8U | address[i];
  return place - Pool::margin;
}

}  // namespace

base::Result<Addresses> Pool::lease(std::string_view name) {
  {
    std::shared_lock lock(mutex_);
    if (const auto index = find(name)) return at(*index);
  }
  std::unique_lock lock(mutex_);
  if (const auto index = find(name)) return at(*index);
  if (names_.size() == capacity_)
    return base::fail(
        base::ErrorKind::unavailable, "every address for names of this sandbox is taken",
        "restart the sandbox; a program in it asks for very many different names");
  const auto index = static_cast<std::uint32_t>(names_.size());
  indexes_.emplace(names_.emplace_back(name), index);
  return at(index);
}

std::optional<std::string_view> Pool::name_of(const Address& address) const {
  const auto index = std::visit([](const auto& one) { return index_of(one); }, address);
  std::shared_lock lock(mutex_);
  if (index >= names_.size()) return std::nullopt;
  const auto leased = at(index);
  if (address != Address(leased.v4) && address != Address(leased.v6)) return std::nullopt;
  return names_[index];
}

std::optional<std::uint32_t> Pool::find(std::string_view name) const {
  const auto found = indexes_.find(name);
  if (found == indexes_.end()) return std::nullopt;
  return found->second;
}

}  // namespace dns
