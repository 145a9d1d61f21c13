// SPDX-License-Identifier: Apache-2.0
#pragma once
// The newest few of a long row of things that come in any order.

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace audit {

/// Holds at most `limit` items (0: all). Of the same time, the one added first is the older.
template <class Item>
class Newest {
public:
  explicit Newest(std::size_t limit) : limit_(limit) {}

  void add(base::WallTime time, Item item) {
    heap_.push_back({time, order_++, std::move(item)});
    std::ranges::push_heap(heap_, is_later);
    if (limit_ == 0 || heap_.size() <= limit_) return;
    std::ranges::pop_heap(heap_, is_later);
    heap_.pop_back();
  }
  bool is_full() const { return limit_ > 0 && heap_.size() == limit_; }

  /// Oldest first; leaves nothing.
  std::vector<Item> take() {
    std::ranges::sort(heap_, [](const Entry& a, const Entry& b) { return is_later(b, a); });
    std::vector<Item> items;
    items.reserve(heap_.size());
    for (Entry& entry : heap_)
      items.push_back(std::move(entry.item));
    heap_.clear();
    return items;
  }

private:
  struct Entry {
    base::WallTime time;
    std::uint64_t order;
    Item item;
  };
  static bool is_later(const Entry& a, const Entry& b) {
    return std::tie(a.time, a.order) > std::tie(b.time, b.order);
  }

  std::size_t limit_;
  std::uint64_t order_ = 0;
  std::vector<Entry> heap_{};  // the oldest on top
};

}  // namespace audit
