// SPDX-License-Identifier: Apache-2.0
#pragma once
// Wakes the thread that asks sources again.

#include <sys/eventfd.h>

#include <memory>

#include "base/fd.h"
#include "base/result.h"

namespace secrets {

class Waker {
public:
  static base::Result<std::shared_ptr<const Waker>> create() {
    base::Fd event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!event) return base::fail_errno("make an event");
    return std::shared_ptr<const Waker>(new Waker(std::move(event)));
  }

  /// Any thread; does not wait.
  void wake() const { ::eventfd_write(event_.get(), 1); }
  /// Readable after `wake`, until it is read.
  int descriptor() const { return event_.get(); }

private:
  explicit Waker(base::Fd event) : event_(std::move(event)) {}
  base::Fd event_;
};

}  // namespace secrets
