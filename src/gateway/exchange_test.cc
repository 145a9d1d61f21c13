// SPDX-License-Identifier: Apache-2.0
#include "gateway/exchange.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>

#include "gateway/testbed.h"

namespace gateway {
namespace {

using namespace std::chrono_literals;
using enum policy::Action;
using test::authority;
using test::get;
using test::ok;
using test::Origin;
using test::Peer;
using test::Setup;
using test::Testbed;

/// Answers every head with the same bytes, and keeps the heads.
struct Echo {
  std::string answer;
  std::mutex mutex{};
  std::vector<std::string> heads{};

  Origin::Script script() {
    return [this](Peer& peer) {
      for (;;) {
        const std::string head = peer.receive_head();
        if (head.empty()) return;
        {
          const std::lock_guard lock(mutex);
          heads.push_back(head);
        }
        if (!peer.send(answer)) return;
      }
    };
  }
};

policy::RuleSpec rule(policy::Action action, std::string host) {
  return {.action = action, .host = policy::PatternSpec{std::move(host)}};
}

/// What the program gets when the server, having read the head, answers with these bytes and ends.
test::Answer answer_to(std::string request, std::string response, std::string_view method = "GET") {
  const Origin origin([&](Peer& peer) {
    peer.receive_head();
    peer.send(response);
  });
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.connect("a.test");
  program.send(request);
  return program.receive_answer(method);
}

TEST(Exchange, KeepsBothConnectionsForTheNextRequest) {
  Echo echo{.answer = ok};
  const Origin origin(echo.script());
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.connect("a.test");
  for (int i = 0; i < 3; ++i) {
    program.send(get);
    const auto answer = program.receive_answer();
    EXPECT_EQ(answer.head.status, 200);
    EXPECT_EQ(answer.body, "hi");
  }
  EXPECT_EQ(origin.connections(), 1);
  EXPECT_EQ(gateway.records(3).size(), 3U);
}

TEST(Exchange, JudgesEachOfManyPipelinedRequests) {
  Echo echo{.answer = ok};
  const Origin origin(echo.script());
  Testbed gateway(
      authority(),
      {.rules = {{.action = block, .path = policy::PatternSpec{"/4"}}}, .origin = &origin});
  Peer program = gateway.connect("a.test");
  std::string all;
  for (int i = 1; i <= 10; ++i)
    all += fmt::format("GET /{} HTTP/1.1\r\nHost: a.test\r\n\r\n", i);
  program.send(all);
  for (int i = 1; i <= 10; ++i)
    EXPECT_EQ(program.receive_answer().head.status, i == 4 ? 403 : 200) << i;
  ASSERT_EQ(echo.heads.size(), 9U);
  EXPECT_EQ(echo.heads[3], "GET /5 HTTP/1.1\r\nHost: a.test\r\n\r\n");
  EXPECT_EQ(gateway.records(10).size(), 10U);
}

TEST(Exchange, CarriesChunkedBodiesAndTrailersBothWays) {
  std::string body;
  const Origin origin([&](Peer& peer) {
    peer.receive_head();
    body = peer.receive(std::string("2\r\nab\r\n3\r\ncde\r\n0\r\nX-End: 1\r\n\r\n").size());
    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    peer.send("1;ext=1\r\nx\r\n2\r\nyz\r\n0\r\nX-Sum: 9\r\n\r\n");
  });
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.connect("a.test");
  program.send("POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n");
  std::this_thread::sleep_for(50ms);
  program.send("3\r\ncde\r\n0\r\nX-End: 1\r\n\r\n");
  const auto answer = program.receive_answer();
  EXPECT_TRUE(answer.whole);
  EXPECT_EQ(answer.body, "xyz");
  EXPECT_EQ(answer.trailers.find("X-Sum"), "9");
  EXPECT_EQ(body, "2\r\nab\r\n3\r\ncde\r\n0\r\nX-End: 1\r\n\r\n");
}

TEST(Exchange, CarriesALargeBodyWithoutHoldingIt) {
  const std::size_t much = 20U << 20U;
  std::size_t received = 0;
  const Origin origin([&](Peer& peer) {
    peer.receive_head();
    received = peer.receive(much).size();
    peer.send(fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", much));
    peer.send(std::string(much, 'y'));
  });
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.connect("a.test");
  program.send(fmt::format("PUT / HTTP/1.1\r\nHost: a.test\r\nContent-Length: {}\r\n\r\n", much));
  program.send(std::string(much, 'x'));
  EXPECT_EQ(program.receive_answer().body.size(), much);
  EXPECT_EQ(received, much);
}

TEST(Exchange, KnowsAnswersWithoutABody) {
  const struct {
    std::string_view method;
    std::string_view response;
  } rows[] = {
      {"HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"},
      {"HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"},
      {"GET", "HTTP/1.1 204 No Content\r\n\r\n"},
      {"GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"}};
  for (const auto& [method, response] : rows) {
    Echo echo{.answer = std::string(response)};
    const Origin origin(echo.script());
    Testbed gateway(authority(), {.origin = &origin});
    Peer program = gateway.connect("a.test");
    for (int i = 0; i < 2; ++i) {
      program.send(fmt::format("{} / HTTP/1.1\r\nHost: a.test\r\n\r\n", method));
      EXPECT_TRUE(program.receive_answer(method).whole) << response;
    }
    EXPECT_EQ(origin.connections(), 1) << response;
  }
}

TEST(Exchange, TreatsAMethodInLowerCaseLikeTheOneItSends) {
  Echo echo{.answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"};
  const Origin origin(echo.script());
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.connect("a.test");
  program.send("head / HTTP/1.1\r\nHost: a.test\r\n\r\n");
  EXPECT_EQ(program.receive_answer("HEAD").head.status, 200);
  EXPECT_EQ(gateway.records(1).size(), 1U);  // nobody waits for a body that HEAD does not have
}

TEST(Exchange, PassesContinueOnAndThenTheBody) {
  const Origin origin([](Peer& peer) {
    const std::string head = peer.receive_head();
    peer.send("HTTP/1.1 100 Continue\r\n\r\n");
    const std::string body = peer.receive(5);
    peer.send(fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", body.size(), body));
  });
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.connect("a.test");
  program.send(
      "POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(program.receive_answer().head.status, 100);
  program.send("hello");
  EXPECT_EQ(program.receive_answer().body, "hello");
}

TEST(Exchange, PassesARefusalInsteadOfContinueOn) {
  const Origin origin([](Peer& peer) {
    peer.receive_head();
    peer.send("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n");
    peer.receive_rest();
  });
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.connect("a.test");
  program.send(
      "POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  const auto answer = program.receive_answer();
  EXPECT_EQ(answer.head.status, 417);
  EXPECT_TRUE(answer.head.fields.has_token("connection", "close"));
}

TEST(Exchange, PassesAnAnswerOnWhileTheBodyIsStillComing) {
  const Origin origin([](Peer& peer) {
    peer.receive_head();
    peer.send("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
    peer.receive_rest();
  });
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.connect("a.test");
  program.send("POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 1000000\r\n\r\nbegin");
  const auto answer = program.receive_answer();
  EXPECT_EQ(answer.head.status, 413);
  EXPECT_EQ(answer.body, "no");
  EXPECT_EQ(program.receive_rest(), "");
}

TEST(Exchange, SaysThatTheServerClosedWithoutAnswering) {
  const auto answer = answer_to(get, "");
  EXPECT_EQ(answer.head.status, 502);
  EXPECT_NE(answer.body.find(R"("stage":"upstream")"), std::string::npos);
}

TEST(Exchange, SaysThatTheServersAnswerIsNotHttp) {
  for (const auto* response :
       {"HTTP/1.1 200", "SSH-2.0-x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n"
        "Content-Length: 2\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX : 1\r\n\r\n", "HTTP/1.1 101 Switching Protocols\r\n\r\n"})
    EXPECT_EQ(answer_to(get, response).head.status, 502) << response;
}

TEST(Exchange, ResetsTheProgramWhenTheAnswerBreaksOff) {
  for (const auto* response :
       {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    const Origin origin([&](Peer& peer) {
      peer.receive_head();
      peer.send(response);
    });
    Testbed gateway(authority(), {.origin = &origin});
    Peer program = gateway.connect("a.test");
    program.send(get);
    EXPECT_FALSE(program.receive_answer().whole) << response;
    EXPECT_TRUE(program.was_reset()) << response;
    const auto records = gateway.records(1);
    ASSERT_EQ(records.size(), 1U);
    EXPECT_TRUE(records[0].error.starts_with("the answer broke off")) << records[0].error;
  }
}

TEST(Exchange, ChunksABodyThatEndsWithItsConnection) {
  const auto answer = answer_to(get, "HTTP/1.1 200 OK\r\n\r\nto the end");
  EXPECT_EQ(answer.head.fields.find("Transfer-Encoding"), "chunked");
  EXPECT_EQ(answer.body, "to the end");
  EXPECT_TRUE(answer.whole);
}

TEST(Exchange, EndsTheConnectionOfAnOldClient) {
  const Origin origin([](Peer& peer) {
    peer.receive_head();
    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n");
  });
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.connect("a.test");
  program.send("GET / HTTP/1.0\r\nHost: a.test\r\n\r\n");
  const std::string all = program.receive_rest();
  EXPECT_EQ(all, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nab");
}

TEST(Exchange, TriesAStaleConnectionAgainOnlyForWhatMayBeRepeated) {
  const struct {
    std::string_view method;
    int status;
  } rows[] = {{"GET", 200}, {"PUT", 200}, {"DELETE", 200}, {"POST", 502}, {"PATCH", 502}};
  for (const auto& [method, status] : rows) {
    std::atomic<int> connection = 0;
    const Origin origin([&](Peer& peer) {
      const bool first = ++connection == 1;
      peer.receive_head();
      peer.send(ok);
      if (first) peer.receive_head();  // and closes instead of an answer
    });
    Testbed gateway(authority(), {.origin = &origin});
    Peer program = gateway.connect("a.test");
    program.send(get);
    EXPECT_EQ(program.receive_answer().head.status, 200);
    program.send(fmt::format("{} / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 0\r\n\r\n", method));
    EXPECT_EQ(program.receive_answer().head.status, status) << method;
  }
}

TEST(Exchange, RefusesToChangeToAnUnknownProtocol) {
  Echo echo{.answer = ok};
  const Origin origin(echo.script());
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.connect("a.test");
  program.send("GET / HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n");
  EXPECT_EQ(program.receive_answer().head.status, 501);
  EXPECT_TRUE(echo.heads.empty());
}

TEST(Exchange, AnswersAFaultyWishForHttp2InClearWithHttp1) {
  Echo echo{.answer = ok};
  const Origin origin(echo.script());
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.connect("a.test");
  program.send(
      "GET / HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
      "HTTP2-Settings: AA\r\n\r\n");
  EXPECT_EQ(program.receive_answer().head.status, 200);
  ASSERT_EQ(echo.heads.size(), 1U);
  EXPECT_EQ(echo.heads[0], get);
}

TEST(Exchange, TakesWhatLeadsPastTheGatewayOutOfAnAnswer) {
  const auto answer = answer_to(
      get,
      "HTTP/1.1 200 OK\r\nAlt-Svc: h3=\":443\"\r\nKeep-Alive: timeout=5\r\nX-Own: 1\r\n"
      "Connection: X-Own\r\nServer: s\r\nContent-Length: 0\r\n\r\n");
  EXPECT_FALSE(answer.head.fields.contains("Alt-Svc"));
  EXPECT_FALSE(answer.head.fields.contains("Keep-Alive"));
  EXPECT_FALSE(answer.head.fields.contains("X-Own"));
  EXPECT_EQ(answer.head.fields.find("Server"), "s");
}

TEST(Exchange, GuardsPrivateAddresses) {
  Testbed gateway(authority(), {});
  for (const auto* host :
       {"127.0.0.1", "10.1.2.3", "169.254.169.254", "192.168.0.1", "::1", "fe80::1",
        "::ffff:127.0.0.1"}) {
    Peer program = gateway.connect(host);
    const bool v6 = std::string_view(host).contains(':');
    program.send(
        fmt::format("GET / HTTP/1.1\r\nHost: {}\r\n\r\n", v6 ? fmt::format("[{}]", host) : host));
    const auto answer = program.receive_answer();
    EXPECT_EQ(answer.head.status, 403) << host;
    EXPECT_NE(answer.body.find(R"("stage":"address")"), std::string::npos) << answer.body;
  }
}

TEST(Exchange, DialsAPrivateAddressThatARuleAllows) {
  Echo echo{.answer = ok};
  const Origin origin(echo.script());
  auto allowed = rule(allow, "127.0.0.1");
  allowed.allow_private = true;
  Testbed gateway(authority(), {.rules = {allowed}, .otherwise = block});
  Peer program = gateway.connect("127.0.0.1", origin.port());
  program.send(fmt::format("GET / HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\r\n", origin.port()));
  EXPECT_EQ(program.receive_answer().head.status, 200);
}

TEST(Exchange, LetsNothingPassUnlogged) {
  Echo echo{.answer = ok};
  const Origin origin(echo.script());
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.connect("a.test");
  const rlimit full{.rlim_cur = 0, .rlim_max = before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &full);
  program.send(get);
  EXPECT_EQ(program.receive_answer().head.status, 200);
  for (int i = 0; i < 300 && gateway.log_is_healthy(); ++i)
    std::this_thread::sleep_for(10ms);
  program.send(get);
  const auto answer = program.receive_answer();
  ::setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_EQ(answer.head.status, 503);
  EXPECT_NE(answer.body.find(R"("stage":"log")"), std::string::npos);
  EXPECT_EQ(echo.heads.size(), 1U);
}

TEST(Exchange, DropsTheBodyOfARefusedRequest) {
  Echo echo{.answer = ok};
  const Origin origin(echo.script());
  Testbed gateway(
      authority(),
      {.rules = {{.action = block, .path = policy::PatternSpec{"/no"}}}, .origin = &origin});
  Peer program = gateway.connect("a.test");
  program.send("POST /no HTTP/1.1\r\nHost: a.test\r\nContent-Length: 30\r\n\r\n");
  program.send("GET /smuggled HTTP/1.1\r\nHost: x");
  EXPECT_EQ(program.receive_answer().head.status, 403);
  EXPECT_TRUE(program.is_silent());
  program.reset();
  EXPECT_TRUE(echo.heads.empty());
}

TEST(Exchange, RefusesOddHeadsBeforeTheServerSeesThem) {
  const std::string_view heads[] = {
      "GET / HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a.test\r\nHost: b.test\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: +1\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: xchunked\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding : chunked\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a.test\r\nX: a\r\n Transfer-Encoding: chunked\r\n\r\n",
      "GET / HTTP/1.1\nHost: a.test\n\n",
      "GET  / HTTP/1.1\r\nHost: a.test\r\n\r\n",
      "GET /\\..\\x HTTP/1.1\r\nHost: a.test\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a.test\r\nX: a\rb\r\n\r\n",
      "GET / HTTP/2.0\r\nHost: a.test\r\n\r\n",
      "GET http://b.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n"};
  Echo echo{.answer = ok};
  const Origin origin(echo.script());
  Testbed gateway(authority(), {.origin = &origin});
  for (const auto head : heads) {
    Peer program = gateway.connect("a.test");
    program.send(head);
    program.end_sending();
    const int status = program.receive_answer().head.status;
    EXPECT_GE(status, 400) << head;
    EXPECT_LT(status, 600) << head;
  }
  EXPECT_EQ(origin.connections(), 0);
  EXPECT_EQ(gateway.records(std::size(heads)).size(), std::size(heads));
}

}  // namespace
}  // namespace gateway
