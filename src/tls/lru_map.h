// SPDX-License-Identifier: Apache-2.0
#pragma once
// A bounded map from names to values: what was not asked for longest goes first. For one thread at
// a time.

#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace tls {

template <class Value>
class LruMap {
public:
  explicit LruMap(std::size_t capacity) : capacity_(capacity) {}

  /// The value, now the most recently used, or null. Valid until the next `put`.
  Value* find(std::string_view name) {
    const auto found = index_.find(name);
    if (found == index_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->second;
  }

  Value& put(std::string_view name, Value value) {
    if (Value* existing = find(name)) return *existing = std::move(value);
    if (entries_.size() >= capacity_) drop_oldest();
    entries_.emplace_front(std::string(name), std::move(value));
    index_.emplace(entries_.front().first, entries_.begin());
    return entries_.front().second;
  }

  std::size_t size() const { return entries_.size(); }

private:
  using Entries = std::list<std::pair<std::string, Value>>;

  void drop_oldest() {
    if (entries_.empty()) return;
    index_.erase(entries_.back().first);
    entries_.pop_back();
  }

  std::size_t capacity_;
  Entries entries_;  // most recently used first
  std::unordered_map<std::string_view, typename Entries::iterator> index_;  // views into entries_
};

}  // namespace tls
