// SPDX-License-Identifier: Apache-2.0
#pragma once
// For the time when this process has no descriptor left: a connection that cannot be accepted would
// wait in the kernel's queue for as long as that lasts, and its program with it.

#include "base/fd.h"

namespace gateway {

class SpareDescriptor {
public:
  SpareDescriptor() { renew(); }

  /// Resets the next connection of a listening socket. False when there is none, or no descriptor
  /// to do it with.
  bool refuse_next(int listener);

private:
  void renew();

  base::Fd spare_;
};

}  // namespace gateway
