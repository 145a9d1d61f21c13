// SPDX-License-Identifier: Apache-2.0
#include "gateway/spare_descriptor.h"

#include <sys/eventfd.h>
#include <sys/socket.h>

namespace gateway {

bool SpareDescriptor::refuse_next(int listener) {
  spare_.reset();
  base::Fd connection(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  const bool there_was_one = static_cast<bool>(connection);
  if (there_was_one) {
    const linger at_once{.l_onoff = 1, .l_linger = 0};  // close() then resets
    ::setsockopt(connection.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    connection.reset();
  }
  renew();
  return there_was_one;
}

void SpareDescriptor::renew() { spare_.reset(::eventfd(0, EFD_CLOEXEC)); }

}  // namespace gateway
