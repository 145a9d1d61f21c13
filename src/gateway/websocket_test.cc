// SPDX-License-Identifier: Apache-2.0
// WebSockets through a gateway, from the handshake to the end.
#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "gateway/testbed.h"
#include "http/websocket_handshake.h"
#include "http/websocket_writer.h"

namespace gateway {
namespace {

using http::websocket::Last;
using http::websocket::MaskKey;
using http::websocket::Opcode;
using http::websocket::Sender;
using http::websocket::Writer;
using test::authority;
using test::Origin;
using test::Peer;
using test::Testbed;

constexpr std::string_view key = "dGhlIHNhbXBsZSBub25jZQ==";

/// What a server answers to the opening that it was sent.
std::string agreement_to(std::string_view head) {
  constexpr std::string_view field = "Sec-WebSocket-Key: ";
  const auto begin = head.find(field) + field.size();
  const auto asked = head.substr(begin, head.find('\r', begin) - begin);
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Accept: " +
         http::websocket::accept_value(asked) + "\r\n\r\n";
}

std::string opening(std::string_view more = {}) {
  return "GET /chat HTTP/1.1\r\nHost: a.test\r\nConnection: keep-alive, Upgrade\r\n"
         "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " +
         std::string(key) + "\r\n" + std::string(more) + "\r\n";
}

std::string frame(Sender sender, std::string_view text) {
  std::string out;
  std::optional<MaskKey> mask;
  if (sender == Sender::client) mask = MaskKey{'a', 'b', 'c', 'd'};
  Writer(sender).append_piece(out, Opcode::text, false, text, Last::yes, mask);
  return out;
}

std::string goodbye(Sender sender) {
  std::string out;
  std::optional<MaskKey> mask;
  if (sender == Sender::client) mask = MaskKey{'a', 'b', 'c', 'd'};
  Writer(sender).append_close(out, http::websocket::normal_closure, "", mask);
  return out;
}

/// A server that answers each message of `size` bytes with the same, and a goodbye with one.
Origin::Script echo(std::size_t size) {
  return [size](Peer& peer) {
    peer.send(agreement_to(peer.receive_head()));
    const std::string said = peer.receive(6 + size);
    std::string plain;
    for (std::size_t i = 0; i < size; ++i)
      plain += static_cast<char>(said[6 + i] ^ said[2 + i % 4]);
    peer.send(frame(Sender::server, plain));
    peer.receive(8);
    peer.send(goodbye(Sender::server));
  };
}

TEST(WebSocket, CarriesFramesBothWays) {
  const Origin origin(echo(5));
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.connect("a.test");
  program.send(opening());
  const std::string head = program.receive_head();
  EXPECT_TRUE(head.starts_with("HTTP/1.1 101 Switching Protocols\r\n")) << head;
  EXPECT_NE(head.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), head.npos) << head;
  program.send(frame(Sender::client, "hello"));
  EXPECT_EQ(program.receive(7), frame(Sender::server, "hello"));
  program.send(goodbye(Sender::client));
  EXPECT_EQ(program.receive_rest(), goodbye(Sender::server));

  const auto records = gateway.records(1);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].status, 101);
  EXPECT_EQ(records[0].request_body, "hello");
  EXPECT_EQ(records[0].response_body, "hello");
  EXPECT_EQ(records[0].frames_up, 2U);
  EXPECT_EQ(records[0].frames_down, 2U);
  EXPECT_EQ(records[0].error, "");
}

TEST(WebSocket, MasksAnewWhatAClientSaid) {
  std::string said;
  const Origin origin([&](Peer& peer) {
    peer.send(agreement_to(peer.receive_head()));
    said = peer.receive(11);
    peer.send(goodbye(Sender::server));
  });
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.connect("a.test");
  program.send(opening());
  program.receive_head();
  const std::string sent = frame(Sender::client, "hello");
  program.send(sent);
  program.receive(4);
  EXPECT_EQ(said.substr(0, 2), sent.substr(0, 2));
  EXPECT_NE(said, sent);
}

TEST(WebSocket, EndsWhenAClientDoesNotMask) {
  std::promise<std::string> told;
  const Origin origin([&](Peer& peer) {
    peer.send(agreement_to(peer.receive_head()));
    told.set_value(peer.receive_rest());
  });
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.connect("a.test");
  program.send(opening());
  program.receive_head();
  program.send(frame(Sender::server, "hello"));
  const std::string answer = program.receive_rest();
  EXPECT_TRUE(answer.starts_with("\x88")) << answer;  // a close
  EXPECT_NE(answer.find("\x03\xEA"), answer.npos);    // 1002
  const auto records = gateway.records(1);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].stage, "client");
  EXPECT_EQ(told.get_future().get().find("hello"), std::string::npos);
}

TEST(WebSocket, TakesNoAnswerToAnotherKey) {
  const Origin origin([](Peer& peer) {
    std::string wrong = agreement_to(peer.receive_head());
    auto& digit = wrong[wrong.find("Accept: ") + 8];
    digit = digit == 'A' ? 'B' : 'A';
    peer.send(wrong);
  });
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.connect("a.test");
  program.send(opening());
  EXPECT_EQ(program.receive_answer().head.status, 502);
}

TEST(WebSocket, PassesARefusalOfTheServerOn) {
  const Origin origin([](Peer& peer) {
    peer.receive_head();
    peer.send("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno");
  });
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.connect("a.test");
  program.send(opening());
  const auto answer = program.receive_answer();
  EXPECT_EQ(answer.head.status, 401);
  EXPECT_EQ(answer.body, "no");
}

TEST(WebSocket, IsJudgedLikeAnyRequest) {
  const Origin origin(echo(5));
  Testbed gateway(
      authority(),
      {.rules = {{.action = policy::Action::block, .path = policy::PatternSpec{"/chat"}}},
       .origin = &origin});
  Peer program = gateway.connect("a.test");
  program.send(opening());
  EXPECT_EQ(program.receive_answer().head.status, 403);
  EXPECT_EQ(origin.connections(), 0);
}

TEST(WebSocket, RefusesAHandshakeThatIsWrong) {
  const Origin origin(echo(5));
  Testbed gateway(authority(), {.origin = &origin});
  for (const auto& [part, with, status] :
       {std::tuple{"Version: 13", "Version: 8", 426}, {"dGhl", "d", 400}, {"GET", "POST", 400}}) {
    std::string request = opening();
    request.replace(request.find(part), std::string_view(part).size(), with);
    Peer program = gateway.connect("a.test");
    program.send(request);
    const auto answer = program.receive_answer();
    EXPECT_EQ(answer.head.status, status) << request;
    if (status == 426) EXPECT_EQ(answer.head.fields.find("Sec-WebSocket-Version"), "13");
  }
  EXPECT_EQ(origin.connections(), 0);
}

TEST(WebSocket, EndsTheServerWhenTheProgramHasGone) {
  std::atomic<bool> ended = false;
  const Origin origin([&](Peer& peer) {
    peer.send(agreement_to(peer.receive_head()));
    peer.receive_rest();
    ended = true;
  });
  Testbed gateway(authority(), {.origin = &origin});
  {
    Peer program = gateway.connect("a.test");
    program.send(opening());
    program.receive_head();
  }
  EXPECT_EQ(gateway.records(1).size(), 1U);
  for (int i = 0; i < 500 && !ended; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_TRUE(ended);
}

}  // namespace
}  // namespace gateway
