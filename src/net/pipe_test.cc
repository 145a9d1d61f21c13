// SPDX-License-Identifier: Apache-2.0
#include "net/pipe.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

namespace net {
namespace {

/// Two sockets that are each other's peers.
struct Sockets {
  Sockets() {
    std::array<int, 2> ends{};
    ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data());
    here.reset(ends[0]);
    there.reset(ends[1]);
  }
  base::Fd here;
  base::Fd there;
};

TEST(Pipe, CarriesBytesAndKnowsHowMany) {
  const Sockets from;
  const Sockets to;
  ASSERT_EQ(::write(from.here.get(), "hello", 5), 5);
  auto pipe = Pipe::create();
  ASSERT_TRUE(pipe);
  EXPECT_EQ(pipe.fill(from.there.get()), 5);
  EXPECT_EQ(pipe.held(), 5U);
  EXPECT_EQ(pipe.drain(to.here.get()), 5);
  EXPECT_EQ(pipe.held(), 0U);
  std::array<char, 8> text{};
  EXPECT_EQ(::read(to.there.get(), text.data(), text.size()), 5);
  EXPECT_EQ(std::string(text.data()), "hello");
}

TEST(Pipe, GivesWhatItHoldsByCopyingToo) {
  const Sockets from;
  ASSERT_EQ(::write(from.here.get(), "hello", 5), 5);
  auto pipe = Pipe::create();
  ASSERT_EQ(pipe.fill(from.there.get()), 5);
  std::array<char, 3> text{};
  EXPECT_EQ(pipe.read(text), 3);
  EXPECT_EQ(pipe.held(), 2U);
}

TEST(Pipe, TellsNothingYetFromTheEnd) {
  Sockets from;
  auto pipe = Pipe::create();
  EXPECT_EQ(pipe.fill(from.there.get()), -1);
  EXPECT_EQ(errno, EAGAIN);
  from.here.reset();
  EXPECT_EQ(pipe.fill(from.there.get()), 0);
}

TEST(Pipes, GivesOnlySoMany) {
  Pipes pipes(2);
  const auto first = pipes.take();
  {
    const auto second = pipes.take();
    EXPECT_TRUE(second);
    EXPECT_FALSE(pipes.take());
    EXPECT_EQ(pipes.taken(), 2U);
  }
  EXPECT_TRUE(pipes.take());
  EXPECT_EQ(pipes.taken(), 1U);
}

TEST(Pipes, NeverGivesOneThatStillHoldsSomething) {
  Pipes pipes;
  const Sockets from;
  ASSERT_EQ(::write(from.here.get(), "hello", 5), 5);
  {
    auto pipe = pipes.take();
    ASSERT_EQ(pipe->fill(from.there.get()), 5);
  }
  auto pipe = pipes.take();
  std::array<char, 8> text{};
  EXPECT_EQ(pipe->read(text), -1);
  EXPECT_EQ(errno, EAGAIN);
}

}  // namespace
}  // namespace net
