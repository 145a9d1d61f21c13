// SPDX-License-Identifier: Apache-2.0
#pragma once
// Gives every name an address of its own, so that an address a program connects to tells the name
// it asked for.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "dns/address.h"

namespace dns {

struct Addresses {
  Ipv4 v4 = 0;
  Ipv6 v6{};
  bool operator==(const Addresses&) const = default;
};

/// Addresses of 198.18.0.0/15 (set aside for benchmarks, RFC 2544) and of fd00:6c61::/64, the same
/// place in both. A name keeps its addresses as long as the pool lives; they are never given to
/// another. Any thread may call.
class Pool {
public:
  /// The first and the last addresses stay out: some programs take them for a network's own or its
  /// broadcast.
  static constexpr std::uint32_t margin = 16;
  static constexpr std::size_t full_size = (1U << 17U) - 2 * margin;

  /// `capacity` is at most `full_size`.
  explicit Pool(std::size_t capacity = full_size) : capacity_(capacity) {}

  /// The addresses of a canonical name, new ones when it has none; `unavailable` when all are
  /// taken.
  base::Result<Addresses> lease(std::string_view name);
  /// Whose address this is, if anybody's. The view lives as long as the pool.
  std::optional<std::string_view> name_of(const Address& address) const;

private:
  std::optional<std::uint32_t> find(std::string_view name) const;

  std::size_t capacity_;
  mutable std::shared_mutex mutex_;
  std::deque<std::string> names_;  // by index; a deque, so that views of them stay good
  std::unordered_map<std::string_view, std::uint32_t> indexes_;
};

}  // namespace dns
