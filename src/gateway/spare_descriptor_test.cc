// SPDX-License-Identifier: Apache-2.0
#include "gateway/spare_descriptor.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>

#include "gateway/testbed.h"

namespace gateway {
namespace {

/// A listening socket on loopback, and one that has connected to it.
struct Door {
  Door() {
    sockaddr_in address{.sin_family = AF_INET, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    listener = base::Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    ::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), size);
    ::listen(listener.get(), 8);
    ::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size);
    program = base::Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ::connect(program.get(), reinterpret_cast<sockaddr*>(&address), size);
  }

  base::Fd listener;
  base::Fd program;
};

TEST(SpareDescriptor, ResetsAConnectionThatCannotBeAccepted) {
  const Door door;
  SpareDescriptor spare;
  {
    const test::NoDescriptors lack;
    ASSERT_EQ(::accept(door.listener.get(), nullptr, nullptr), -1);
    ASSERT_EQ(errno, EMFILE);
    EXPECT_TRUE(spare.refuse_next(door.listener.get()));
  }
  char byte = 0;
  EXPECT_EQ(::recv(door.program.get(), &byte, 1, 0), -1);
  EXPECT_EQ(errno, ECONNRESET);
}

TEST(SpareDescriptor, FindsNobodyWaiting) {
  const Door door;
  SpareDescriptor spare;
  ASSERT_TRUE(spare.refuse_next(door.listener.get()));
  EXPECT_FALSE(spare.refuse_next(door.listener.get()));
}

}  // namespace
}  // namespace gateway
