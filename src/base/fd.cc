// SPDX-License-Identifier: Apache-2.0
#include "base/fd.h"

#include <unistd.h>

namespace base {

void Fd::reset(int number) {
  if (number_ >= 0) ::close(number_);
  number_ = number;
}

}  // namespace base
