// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway.h"

#include <gtest/gtest.h>

#include "gateway/testbed.h"

namespace gateway {
namespace {

using namespace std::chrono_literals;
using test::answer_each;
using test::authority;
using test::get;
using test::Origin;
using test::Peer;
using test::Testbed;

TEST(Gateway, ServesWhatArrivesAtItsDoor) {
  const Origin origin(answer_each);
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.knock();
  program.send(get);
  EXPECT_EQ(program.receive_answer().body, "hi");
}

TEST(Gateway, ResetsMoreConnectionsThanItsLimit) {
  const Origin origin(answer_each);
  Testbed gateway(authority(), {.origin = &origin, .limits = {.connections = 2}});
  Peer first = gateway.knock();
  Peer second = gateway.knock();
  for (Peer* peer : {&first, &second}) {
    peer->send(get);
    EXPECT_EQ(peer->receive_answer().body, "hi");
  }
  EXPECT_TRUE(gateway.knock().was_reset());

  first.reset();
  EXPECT_TRUE(second.is_silent());
  Peer another = gateway.knock();
  another.send(get);
  EXPECT_EQ(another.receive_answer().body, "hi");
}

TEST(Gateway, EndsItsConnectionsWhenItEnds) {
  const Origin origin([](Peer& peer) {
    if (peer.receive_head().starts_with("POST")) peer.receive(10);
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    peer.receive_rest();
  });
  auto gateway = std::make_unique<Testbed>(authority(), test::Setup{.origin = &origin});
  Peer idle = gateway->knock();
  idle.send(get);
  EXPECT_EQ(idle.receive_answer().body, "hi");
  Peer halfway = gateway->knock();
  halfway.send("POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 10\r\n\r\nhalf");
  EXPECT_TRUE(halfway.is_silent());
  const auto begin = std::chrono::steady_clock::now();
  gateway.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
  EXPECT_EQ(idle.receive_rest(), "");
  EXPECT_EQ(halfway.receive_rest(), "");
}

}  // namespace
}  // namespace gateway
