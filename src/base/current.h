// SPDX-License-Identifier: Apache-2.0
#pragma once
// A value that is replaced as a whole while others use it: whoever took the old one keeps it.

#include <memory>
#include <mutex>
#include <utility>

namespace base {

/// Safe from any thread.
template <class Value>
class Current {
public:
  using Pointer = std::shared_ptr<const Value>;

  explicit Current(Pointer first = {}) : value_(std::move(first)) {}

  Pointer get() const {
    const std::scoped_lock lock(mutex_);
    return value_;
  }
  /// The old one is let go outside the lock.
  void replace(Pointer next) {
    const std::scoped_lock lock(mutex_);
    value_.swap(next);
  }

private:
  mutable std::mutex mutex_;  // of the pointer alone
  Pointer value_;
};

}  // namespace base
