// SPDX-License-Identifier: Apache-2.0
#pragma once
// What is made of sources, and is replaced when they have something new. A request that began with
// the old one ends with it.

#include <memory>

#include "base/current.h"
#include "secrets/freshness.h"
#include "secrets/waker.h"

namespace secrets {

template <class Value>
class Live {
public:
  explicit Live(std::shared_ptr<const Value> first) : current_(std::move(first)) {}

  /// For a request that goes out now. Any thread; does not wait for a source.
  std::shared_ptr<const Value> use() const {
    if (waker_ && freshness_->use(Freshness::Clock::now())) waker_->wake();
    return current();
  }
  std::shared_ptr<const Value> current() const { return current_.get(); }
  void replace(std::shared_ptr<const Value> next) { current_.replace(std::move(next)); }

  /// Before any request: from now on its sources are asked again. `waker` when uses matter.
  void refresh_by(std::shared_ptr<Freshness> freshness, std::shared_ptr<const Waker> waker) {
    freshness_ = std::move(freshness);
    waker_ = std::move(waker);
  }
  /// Null when what is known stays for ever.
  const std::shared_ptr<Freshness>& freshness() const { return freshness_; }

private:
  base::Current<Value> current_;
  std::shared_ptr<Freshness> freshness_;
  std::shared_ptr<const Waker> waker_;
};

}  // namespace secrets
