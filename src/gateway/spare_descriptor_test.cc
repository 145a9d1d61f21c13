// SPDX-License-Identifier: Apache-2.0
#include "gateway/spare_descriptor.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cerrno>

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

/// No descriptor can be made while it lives.
class NoDescriptors {
public:
  NoDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const base::Fd next(::dup(STDERR_FILENO));
    const rlimit few{.rlim_cur = static_cast<rlim_t>(next.get()), .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &few);
  }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;
  ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

private:
  rlimit before_{};
};

TEST(SpareDescriptor, ResetsAConnectionThatCannotBeAccepted) {
  const Door door;
  SpareDescriptor spare;
  {
    const NoDescriptors lack;
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
