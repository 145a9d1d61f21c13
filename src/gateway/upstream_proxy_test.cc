// SPDX-License-Identifier: Apache-2.0
// Through a proxy of the user's network: `Origin` plays the proxy, and what is behind it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <thread>

#include "gateway/testbed.h"
#include "tls/server_context.h"

namespace gateway {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using namespace std::string_view_literals;
using test::authority;
using test::get;
using test::ok;
using test::Origin;
using test::Peer;
using test::Setup;
using test::Testbed;

const std::string opened = "HTTP/1.1 200 Connection established\r\n\r\n";
using Known = std::map<std::string, std::vector<std::string>>;

std::string url_of(const Origin& proxy, std::string_view kind = "http", std::string_view who = "") {
  return fmt::format("{}://{}127.0.0.1:{}", kind, who, proxy.port());
}

/// The server behind the proxy, on the same connection: TLS for `host`, then answers.
void serve_tls(Peer& peer, std::string_view host) {
  static constexpr std::array<std::string_view, 1> protocols{"http/1.1"};
  const auto leaf = authority().mint(host).value();
  const auto context = tls::ServerContext::create(protocols).value();
  if (!peer.start_tls(context.new_session(leaf).value())) return;
  while (!peer.receive_head().empty())
    peer.send(ok);
}

/// What one request in clear to a.test gets from a gateway like `setup`, where that name does not
/// resolve.
test::Answer answer_in(Setup setup) {
  if (!setup.names) setup.names.emplace();
  Testbed gateway(authority(), std::move(setup));
  Peer program = gateway.connect("a.test");
  program.send(get);
  auto answer = program.receive_answer();
  EXPECT_EQ(gateway.records(1).size(), 1U);
  return answer;
}

/// The same by TLS.
test::Answer answer_by_tls_in(Setup setup) {
  if (!setup.names) setup.names.emplace();
  Testbed gateway(authority(), std::move(setup));
  Peer program = gateway.connect_tls("a.test");
  program.send(get);
  auto answer = program.receive_answer();
  EXPECT_EQ(gateway.records(1).size(), 1U);
  return answer;
}

/// What one by TLS gets where the proxy says `answer` to everything.
test::Answer answer_behind(std::string answer, std::string_view who = "") {
  const Origin proxy([&](Peer& peer) {
    peer.receive_head();
    peer.send(answer);
  });
  return answer_by_tls_in({.proxy = url_of(proxy, "http", who)});
}

TEST(UpstreamProxy, IsAskedForTheNameAndCarriesTls) {
  std::string asked;
  const Origin proxy([&](Peer& peer) {
    asked = peer.receive_head();
    peer.send(opened);
    serve_tls(peer, "a.test");
  });
  Testbed gateway(authority(), {.proxy = url_of(proxy), .names = Known{}});
  Peer program = gateway.connect_tls("a.test");
  for (int i = 0; i < 2; ++i) {
    program.send(get);
    EXPECT_EQ(program.receive_answer().body, "hi");
  }
  EXPECT_EQ(asked, "CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n");
  EXPECT_EQ(proxy.connections(), 1);
  EXPECT_EQ(gateway.records(1).front().dial, fmt::format("127.0.0.1:{}", proxy.port()));
}

TEST(UpstreamProxy, CannotPretendToBeTheServer) {
  const Origin proxy([&](Peer& peer) {
    peer.receive_head();
    peer.send(opened);
    serve_tls(peer, "b.test");
  });
  Testbed gateway(authority(), {.proxy = url_of(proxy), .names = Known{}});
  Peer program = gateway.connect_tls("a.test");
  program.send(get);
  const auto answer = program.receive_answer();
  EXPECT_EQ(answer.head.status, 502);
  EXPECT_NE(answer.body.find(R"("stage":"tls")"), std::string::npos) << answer.body;
}

TEST(UpstreamProxy, IsToldWhoAsks) {
  std::string asked;
  const Origin proxy([&](Peer& peer) {
    asked = peer.receive_head();
    peer.send(opened);
    serve_tls(peer, "a.test");
  });
  EXPECT_EQ(answer_by_tls_in({.proxy = url_of(proxy, "http", "me:s%40cret@")}).body, "hi");
  EXPECT_NE(asked.find("\r\nProxy-Authorization: Basic bWU6c0BjcmV0\r\n"), std::string::npos);
}

TEST(UpstreamProxy, IsGivenARequestInClearWithItsUrlAndWhoAsks) {
  std::string asked;
  const Origin proxy([&](Peer& peer) {
    asked = peer.receive_head();
    peer.send(ok);
  });
  EXPECT_EQ(answer_in({.proxy = url_of(proxy, "http", "me:s%40cret@")}).body, "hi");
  EXPECT_EQ(
      asked,
      "GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\nAccept-Encoding: identity\r\n"
      "Proxy-Authorization: Basic bWU6c0BjcmV0\r\n\r\n");
}

TEST(UpstreamProxy, GivesRequestsInClearOnOneConnection) {
  const Origin proxy([&](Peer& peer) {
    while (!peer.receive_head().empty())
      peer.send(ok);
  });
  Testbed gateway(authority(), {.proxy = url_of(proxy), .names = Known{}});
  Peer program = gateway.connect("a.test");
  for (int i = 0; i < 3; ++i) {
    program.send(get);
    EXPECT_EQ(program.receive_answer().body, "hi");
  }
  EXPECT_EQ(proxy.connections(), 1);
}

TEST(UpstreamProxy, TellsNobodyThatItAsksWhoWeAre) {
  const Origin proxy([&](Peer& peer) {
    peer.receive_head();
    peer.send("HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n");
  });
  const auto answer = answer_in({.proxy = url_of(proxy)});
  EXPECT_EQ(answer.head.status, 502);
  EXPECT_NE(answer.body.find("asks who you are"), std::string::npos) << answer.body;
}

TEST(UpstreamProxy, CarriesAWebSocketInClearThroughATunnel) {
  std::string asked;
  const Origin proxy([&](Peer& peer) {
    asked = peer.receive_head();
    peer.send(opened);
  });
  Testbed gateway(authority(), {.proxy = url_of(proxy), .names = Known{}});
  Peer program = gateway.connect("a.test");
  program.send(
      "GET / HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  program.receive_answer();
  EXPECT_EQ(asked, "CONNECT a.test:80 HTTP/1.1\r\nHost: a.test:80\r\n\r\n");
}

TEST(UpstreamProxy, IsReachedByTlsOfItsOwn) {
  std::string asked;
  const Origin proxy(authority(), "127.0.0.1", [&](Peer& peer) {
    asked = peer.receive_head();
    peer.send(opened);  // this peer speaks no TLS inside TLS
  });
  EXPECT_EQ(answer_by_tls_in({.proxy = url_of(proxy, "https")}).head.status, 502);
  EXPECT_EQ(asked, "CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n");
}

TEST(UpstreamProxy, IsGivenARequestInClearByTlsOfItsOwn) {
  std::string asked;
  const Origin proxy(authority(), "127.0.0.1", [&](Peer& peer) {
    asked = peer.receive_head();
    peer.send(ok);
    peer.receive_rest();
  });
  EXPECT_EQ(answer_in({.proxy = url_of(proxy, "https")}).body, "hi");
  EXPECT_EQ(asked, "GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n");
}

TEST(UpstreamProxy, IsNotBelievedWithoutItsCertificate) {
  const Origin proxy(authority(), "other.test", [](Peer&) {});
  const auto answer = answer_in({.proxy = url_of(proxy, "https")});
  EXPECT_EQ(answer.head.status, 502);
  EXPECT_NE(answer.body.find(R"("stage":"proxy")"), std::string::npos) << answer.body;
}

TEST(UpstreamProxy, SpeaksSocksWithALoginAndAsksForTheName) {
  std::string login;
  std::string asked;
  const Origin proxy([&](Peer& peer) {
    EXPECT_EQ(peer.receive(4), "\x05\x02\x00\x02"s);
    peer.send("\x05\x02"s);
    login = peer.receive(13);
    peer.send("\x01\x00"s);
    asked = peer.receive(13);
    peer.send("\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"s);
    peer.receive_head();
    peer.send(ok);
  });
  EXPECT_EQ(answer_in({.proxy = url_of(proxy, "socks5h", "user:secret@")}).body, "hi");
  EXPECT_EQ(login, "\x01\x04user\x06secret"s);
  EXPECT_EQ(asked, "\x05\x01\x00\x03\x06"s + "a.test\x00\x50"s);
}

TEST(UpstreamProxy, IsAskedForTheNextAddressWhereSocksCannotReachOne) {
  std::mutex mutex;
  std::vector<std::string> asked;
  const Origin proxy([&](Peer& peer) {
    peer.receive(3);
    peer.send("\x05\x00"s);
    const std::string request = peer.receive(10);
    std::size_t count = 0;
    {
      const std::lock_guard lock(mutex);
      asked.push_back(request.substr(4, 4));
      count = asked.size();
    }
    if (count == 1) {
      peer.send("\x05\x04\x00\x01\x00\x00\x00\x00\x00\x00"s);
      return;
    }
    peer.send("\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"s);
    peer.receive_head();
    peer.send(ok);
  });
  const auto answer = answer_in(
      {.proxy = url_of(proxy, "socks5"), .names = Known{{"a.test", {"8.8.8.8", "9.9.9.9"}}}});
  EXPECT_EQ(answer.body, "hi");
  EXPECT_EQ(asked, (std::vector<std::string>{"\x08\x08\x08\x08", "\x09\x09\x09\x09"}));
}

TEST(UpstreamProxy, IsNotAskedBySocks5ForANameThatNobodyKnowsHere) {
  const Origin proxy([](Peer&) {});
  const auto answer = answer_in({.proxy = url_of(proxy, "socks5")});
  EXPECT_EQ(answer.head.status, 502);
  EXPECT_NE(answer.body.find("socks5h://"), std::string::npos) << answer.body;
  EXPECT_EQ(proxy.connections(), 0);
}

TEST(UpstreamProxy, IsNoWayAroundTheAddressGuard) {
  const Origin proxy([](Peer&) {});
  const auto named =
      answer_in({.proxy = url_of(proxy), .names = Known{{"a.test", {"8.8.8.8", "10.0.0.1"}}}});
  EXPECT_EQ(named.head.status, 403);
  EXPECT_NE(named.body.find(R"("stage":"address")"), std::string::npos) << named.body;
  Testbed gateway(authority(), {.proxy = url_of(proxy), .names = Known{}});
  Peer program = gateway.connect("169.254.169.254");
  program.send("GET / HTTP/1.1\r\nHost: 169.254.169.254\r\n\r\n");
  EXPECT_EQ(program.receive_answer().head.status, 403);
  EXPECT_EQ(proxy.connections(), 0);
}

TEST(UpstreamProxy, IsAskedForAPrivateAddressThatARuleAllows) {
  const Origin proxy([](Peer& peer) {
    peer.receive_head();
    peer.send(ok);
  });
  const auto answer = answer_in(
      {.rules =
           {{.action = policy::Action::allow,
             .host = policy::PatternSpec{"a.test"},
             .allow_private = true}},
       .proxy = url_of(proxy),
       .names = Known{{"a.test", {"10.0.0.1"}}}});
  EXPECT_EQ(answer.body, "hi");
}

TEST(UpstreamProxy, IsNotAskedForWhatConnectToNames) {
  const Origin proxy([](Peer&) {});
  const Origin origin([](Peer& peer) {
    peer.receive_head();
    peer.send(ok);
  });
  EXPECT_EQ(answer_in({.origin = &origin, .proxy = url_of(proxy)}).body, "hi");
  EXPECT_EQ(proxy.connections(), 0);
}

TEST(UpstreamProxy, IsNotAskedForWhatNoProxyNames) {
  const Origin proxy([](Peer&) {});
  for (const auto* entry : {"a.test", ".test", "127.0.0.0/8"}) {
    const auto answer = answer_in(
        {.rules =
             {{.action = policy::Action::allow,
               .host = policy::PatternSpec{"a.test"},
               .allow_private = true}},
         .proxy = url_of(proxy),
         .no_proxy = {entry},
         .names = Known{{"a.test", {"127.0.0.1"}}},
         .limits = {.connect = 200ms}});
    EXPECT_EQ(answer.body.find(R"("stage":"proxy")"), std::string::npos) << answer.body;
  }
  EXPECT_EQ(proxy.connections(), 0);
}

TEST(UpstreamProxy, SaysWhatToDoWhenItWantsALogin) {
  const auto without = answer_behind(
      "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic "
      "realm=\"x\"\r\n\r\n");
  EXPECT_EQ(without.head.status, 502);
  EXPECT_NE(without.body.find(R"("stage":"proxy")"), std::string::npos) << without.body;
  EXPECT_NE(without.body.find("put user and password into"), std::string::npos) << without.body;
  const auto wrong = answer_behind("HTTP/1.1 407 No\r\n\r\n", "me:hunter2@");
  EXPECT_NE(wrong.body.find("does not accept"), std::string::npos) << wrong.body;
  EXPECT_EQ(wrong.body.find("hunter2"), std::string::npos) << wrong.body;
}

TEST(UpstreamProxy, SaysThatItsRulesOrItsNetworkDecided) {
  const auto forbidden = answer_behind("HTTP/1.1 403 Forbidden\r\n\r\n");
  EXPECT_EQ(forbidden.head.status, 502);
  EXPECT_NE(forbidden.body.find("does not allow a tunnel to a.test:443"), std::string::npos);
  const auto broken = answer_behind("HTTP/1.0 503 Service Unavailable\r\n\r\n");
  EXPECT_NE(broken.body.find("cannot reach a.test:443 (503)"), std::string::npos) << broken.body;
}

TEST(UpstreamProxy, IsRefusedWhenItsAnswerIsNone) {
  for (const auto& nonsense :
       {"SSH-2.0-x\r\n"s, ""s, "HTTP/1.1 101 Switching Protocols\r\n\r\n"s,
        "HTTP/1.1 200 OK\r\nX: " + std::string(40000, 'x')}) {
    const auto answer = answer_behind(nonsense);
    EXPECT_EQ(answer.head.status, 502) << nonsense.substr(0, 40);
    EXPECT_NE(answer.body.find(R"("stage":"proxy")"), std::string::npos) << answer.body;
  }
}

TEST(UpstreamProxy, MayNotSpeakBeforeTls) {
  const Origin proxy([](Peer& peer) {
    peer.receive_head();
    peer.send(opened + "early");
    peer.receive_rest();
  });
  Testbed gateway(authority(), {.proxy = url_of(proxy), .names = Known{}});
  Peer program = gateway.connect_tls("a.test");
  program.send(get);
  const auto answer = program.receive_answer();
  EXPECT_EQ(answer.head.status, 502);
  EXPECT_NE(answer.body.find("before TLS"), std::string::npos) << answer.body;
}

TEST(UpstreamProxy, HasALimitedTimeHoweverSlowlyItSpeaks) {
  const Origin proxy([](Peer& peer) {
    peer.receive_head();
    for (int i = 0; i < 40 && peer.send("HTTP/1.1 200 OK\r\n"sv.substr(i % 17, 1)); ++i)
      std::this_thread::sleep_for(50ms);
  });
  const auto answer = answer_by_tls_in({.proxy = url_of(proxy), .limits = {.connect = 300ms}});
  EXPECT_EQ(answer.head.status, 504);
  EXPECT_NE(answer.body.find(R"("stage":"timeout")"), std::string::npos) << answer.body;
}

TEST(UpstreamProxy, ThatRefusesConnectionsIsNamed) {
  std::string url;
  {
    const Origin gone([](Peer&) {});
    url = url_of(gone);
  }
  const auto answer = answer_in({.proxy = url});
  EXPECT_EQ(answer.head.status, 502);
  EXPECT_NE(answer.body.find("cannot reach the proxy 127.0.0.1:"), std::string::npos);
}

TEST(UpstreamProxy, CarriesAServerThatSpeaksFirst) {
  const Origin proxy([](Peer& peer) {
    peer.receive_head();
    peer.send(opened + "SSH-2.0-early\r\n");
    EXPECT_EQ(peer.receive(5), "hello");
    peer.send("bye");
  });
  Testbed gateway(
      authority(), {.rules =
                        {{.action = policy::Action::allow,
                          .host = policy::PatternSpec{"a.test"},
                          .ports = {22}}},
                    .proxy = url_of(proxy),
                    .names = Known{}});
  Peer program = gateway.connect("a.test", 22);
  EXPECT_EQ(program.receive(15), "SSH-2.0-early\r\n");
  program.send("hello");
  EXPECT_EQ(program.receive(3), "bye");
}

TEST(ConnectionLimit, LetsARequestWaitForAFreeConnection) {
  std::atomic<int> open = 0;
  std::atomic<int> most = 0;
  const Origin origin([&](Peer& peer) {
    most = std::max(most.load(), ++open);
    peer.receive_head();
    std::this_thread::sleep_for(100ms);
    --open;
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi");
  });
  Testbed gateway(authority(), {.origin = &origin, .limits = {.connections_per_host = 1}});
  std::vector<Peer> programs;
  for (int i = 0; i < 4; ++i) {
    programs.push_back(gateway.connect("a.test"));
    programs.back().send(get);
  }
  for (auto& program : programs)
    EXPECT_EQ(program.receive_answer().body, "hi");
  EXPECT_EQ(most, 1);
}

TEST(ConnectionLimit, GivesAnUnusedConnectionOfOnePlaceUpForAnother) {
  const Origin origin([](Peer& peer) {
    if (peer.receive(1) != "G") return;  // a hello: it speaks no TLS
    while (!peer.receive_head().empty())
      peer.send(ok);
  });
  Testbed gateway(authority(), {.origin = &origin, .limits = {.connections_per_host = 1}});
  Peer first = gateway.connect("a.test");
  first.send(get);
  EXPECT_EQ(first.receive_answer().body, "hi");
  Peer second = gateway.connect_tls("a.test", 80);  // not what is kept for plain HTTP
  second.send(get);
  EXPECT_EQ(second.receive_answer().head.status, 502);  // but it was asked
  EXPECT_EQ(origin.connections(), 2);
}

TEST(ConnectionLimit, RefusesWhoWaitedInVain) {
  const Origin origin([](Peer& peer) { peer.receive_rest(); });
  Testbed gateway(
      authority(), {.origin = &origin, .limits = {.connect = 200ms, .connections_per_host = 1}});
  Peer holding = gateway.connect("a.test");
  holding.send(get);
  EXPECT_TRUE(holding.is_silent());
  Peer waiting = gateway.connect("a.test");
  waiting.send(get);
  const auto answer = waiting.receive_answer();
  EXPECT_EQ(answer.head.status, 503);
  EXPECT_NE(answer.body.find(R"("stage":"limit")"), std::string::npos) << answer.body;
}

}  // namespace
}  // namespace gateway
