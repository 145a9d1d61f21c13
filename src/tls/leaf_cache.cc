// SPDX-License-Identifier: Apache-2.0
#include "tls/leaf_cache.h"

#include <functional>
#include <string>

namespace tls {

LeafCache::LeafCache(const Authority& authority, std::size_t capacity) : authority_(authority) {
  const std::size_t each = (capacity + shard_count - 1) / shard_count;
  for (auto& shard : shards_)
    shard = std::make_unique<Shard>(each);
}

base::Result<std::shared_ptr<const Leaf>> LeafCache::leaf_for(
    std::string_view host, KeyKind kind, base::WallTime now) {
  std::string of_rsa;  // no host has a blank in it
  if (kind == KeyKind::rsa) of_rsa = "rsa " + std::string(host);
  const std::string_view name = kind == KeyKind::rsa ? std::string_view(of_rsa) : host;
  Shard& shard = shard_of(name);
  if (auto leaf = shard.fresh(name, now)) return leaf;
  Leaf minted = TRY(authority_.mint(host, kind, now));  // outside the lock: signing is slow
  return shard.store(name, std::make_shared<const Leaf>(std::move(minted)), now);
}

std::size_t LeafCache::size() const {
  std::size_t count = 0;
  for (const auto& shard : shards_) {
    const std::scoped_lock lock(shard->mutex);
    count += shard->leaves.size();
  }
  return count;
}

LeafCache::Shard& LeafCache::shard_of(std::string_view name) {
  return *shards_[std::hash<std::string_view>{}(name) % shard_count];
}

LeafCache::Entry LeafCache::Shard::fresh(std::string_view name, base::WallTime now) {
  const std::scoped_lock lock(mutex);
  const Entry* leaf = leaves.find(name);
  return leaf != nullptr && now < (*leaf)->renew_at ? *leaf : nullptr;
}

LeafCache::Entry LeafCache::Shard::store(
    std::string_view name, const Entry& leaf, base::WallTime now) {
  const std::scoped_lock lock(mutex);
  if (const Entry* other = leaves.find(name); other != nullptr && now < (*other)->renew_at) {
    return *other;
  }
  return leaves.put(name, leaf);
}

}  // namespace tls
