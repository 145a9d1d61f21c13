// SPDX-License-Identifier: Apache-2.0
#pragma once
// Leaves by host, bounded: a program that asks for a hundred thousand names costs no more memory
// than the capacity.

#include <array>
#include <memory>
#include <mutex>
#include <string_view>

#include "base/clock.h"
#include "tls/authority.h"
#include "tls/leaf.h"
#include "tls/lru_map.h"

namespace tls {

class LeafCache {
public:
  /// `authority` must outlive the cache.
  explicit LeafCache(const Authority& authority, std::size_t capacity = 4096);

  /// The host's leaf of this kind, minted when there is none or the one at hand grows old. Safe
  /// from any thread; threads that ask for the same new host at once may each mint, and all get the
  /// first one stored.
  base::Result<std::shared_ptr<const Leaf>> leaf_for(
      std::string_view host, KeyKind kind = KeyKind::p256, base::WallTime now = base::now());

  const Authority& authority() const { return authority_; }

  std::size_t size() const;

private:
  using Entry = std::shared_ptr<const Leaf>;
  static constexpr std::size_t shard_count = 16;

  struct Shard {
    explicit Shard(std::size_t capacity) : leaves(capacity) {}
    mutable std::mutex mutex;
    LruMap<Entry> leaves;

    Entry fresh(std::string_view name, base::WallTime now);
    Entry store(std::string_view name, const Entry& leaf, base::WallTime now);
  };

  Shard& shard_of(std::string_view name);

  const Authority& authority_;
  std::array<std::unique_ptr<Shard>, shard_count> shards_;
};

}  // namespace tls
