// SPDX-License-Identifier: Apache-2.0
#pragma once
// How much of something all of one sandbox may have together, so that many who ask for a little do
// not fill the machine. Any thread.

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace gateway {

class Budget {
public:
  explicit Budget(std::size_t amount) : left_(static_cast<std::int64_t>(amount)) {}

  /// All of it, or nothing.
  bool take(std::size_t amount) {
    const auto wanted = static_cast<std::int64_t>(amount);
    if (left_.fetch_sub(wanted, std::memory_order_relaxed) >= wanted) return true;
    give(amount);
    return false;
  }
  void give(std::size_t amount) {
    left_.fetch_add(static_cast<std::int64_t>(amount), std::memory_order_relaxed);
  }

private:
  std::atomic<std::int64_t> left_;
};

/// What one has of it; given back when it goes.
class Share {
public:
  explicit Share(Budget& budget) : budget_(budget) {}
  Share(const Share&) = delete;
  Share& operator=(const Share&) = delete;
  ~Share() { budget_.give(amount_); }

  /// False when there is no more.
  bool grow(std::size_t amount) {
    if (!budget_.take(amount)) return false;
    amount_ += amount;
    return true;
  }
  /// Grows or shrinks to `amount`. False when there is no more; then it stays as it is.
  bool become(std::size_t amount) {
    if (amount > amount_) return grow(amount - amount_);
    if (amount < amount_) shrink(amount_ - amount);
    return true;
  }
  void shrink(std::size_t amount) {
    budget_.give(amount);
    amount_ -= amount;
  }

private:
  Budget& budget_;
  std::size_t amount_ = 0;
};

}  // namespace gateway
