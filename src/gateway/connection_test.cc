// SPDX-License-Identifier: Apache-2.0
#include "gateway/connection.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include "gateway/testbed.h"

namespace gateway {
namespace {

using namespace std::chrono_literals;
using enum policy::Action;
using test::answer_each;
using test::authority;
using test::get;
using test::Origin;
using test::Peer;
using test::Testbed;

/// What the first connection brings, to its end.
class Received {
public:
  void operator()(Peer& peer) { all_.set_value(peer.receive_rest()); }
  std::string wait() { return all_.get_future().get(); }

private:
  std::promise<std::string> all_;
};

policy::RuleSpec port_rule(std::string host, std::int64_t port) {
  return {.action = allow, .host = policy::PatternSpec{std::move(host)}, .ports = {port}};
}

/// The waits of a test that means to be late.
Limits impatient() { return {.first_bytes = 300ms, .request_head = 300ms, .keep_alive = 300ms}; }

TEST(Connection, OpensTlsWithALeafForTheHost) {
  const Origin origin(authority(), "a.test", answer_each);
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.connect_tls("a.test");
  program.send(get);
  EXPECT_EQ(program.receive_answer().body, "hi");
  const auto records = gateway.records(1);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].url, "https://a.test/");
  EXPECT_EQ(records[0].status, 200);
}

TEST(Connection, RefusesRequestsOverTlsForAnotherName) {
  const Origin origin(authority(), "a.test", answer_each);
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.connect_tls("a.test", 443, "b.test");
  for (const auto* host : {"a.test", "b.test"}) {
    program.send(fmt::format("GET / HTTP/1.1\r\nHost: {}\r\n\r\n", host));
    EXPECT_EQ(program.receive_answer().head.status, 421) << host;
  }
  EXPECT_EQ(origin.connections(), 0);
}

TEST(Connection, ExplainsARefusalInsideTls) {
  Testbed gateway(authority(), {.otherwise = block});
  Peer program = gateway.connect_tls("a.test");
  program.send(get);
  const auto answer = program.receive_answer();
  EXPECT_EQ(answer.head.status, 403);
  EXPECT_EQ(answer.head.fields.find("X-Blocked-By"), "lazaret");
}

TEST(Connection, ResetsWhatNoRuleCouldAllow) {
  Testbed gateway(authority(), {.otherwise = block});
  Peer program = gateway.connect("a.test", 22);
  EXPECT_TRUE(program.was_reset());
  const auto records = gateway.records(1);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].method, "TCP");
  EXPECT_EQ(records[0].url, "tcp://a.test:22");
  EXPECT_EQ(records[0].filter_action, "block");
}

TEST(Connection, ResetsBytesOfNoKnownProtocolWithoutARuleForThem) {
  const Origin origin(answer_each);
  const policy::RuleSpec web{.action = allow, .host = policy::PatternSpec{"a.test"}};
  Testbed gateway(authority(), {.rules = {web}, .otherwise = block, .origin = &origin});
  Peer program = gateway.connect("a.test", 443);
  program.send(std::string("\x01\x02\x03\x04", 4));
  EXPECT_TRUE(program.was_reset());
  EXPECT_EQ(origin.connections(), 0);
}

TEST(Connection, RelaysRawBytesWhereARuleNamesThePort) {
  const Origin origin([](Peer& peer) {
    const std::string all = peer.receive_rest();
    peer.send("got " + all);
  });
  Testbed gateway(
      authority(), {.rules = {port_rule("a.test", 9999)}, .otherwise = block, .origin = &origin});
  Peer program = gateway.connect("a.test", 9999);
  program.send("\x01hello");
  program.end_sending();
  EXPECT_EQ(program.receive_rest(), "got \x01hello");
  program.close();
  const auto records = gateway.records(1);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].bytes_up, 6U);
  EXPECT_EQ(records[0].bytes_down, 10U);
}

TEST(Connection, RelaysCommandsThatBeginLikeARequestWhereARuleNamesThePort) {
  const Origin origin([](Peer& peer) { peer.send("got " + peer.receive_rest()); });
  Testbed gateway(
      authority(), {.rules = {port_rule("a.test", 6379)}, .otherwise = block, .origin = &origin});
  Peer program = gateway.connect("a.test", 6379);
  program.send("SET ke");
  program.send("y value\r\nGET key\r\n");
  program.end_sending();
  EXPECT_EQ(program.receive_rest(), "got SET key value\r\nGET key\r\n");
}

TEST(Connection, RelaysAtOnceWhatIsNoRequestWhereARuleNamesThePort) {
  using namespace std::string_literals;
  const Origin origin([](Peer& peer) { peer.send("got " + peer.receive_some()); });
  Testbed gateway(
      authority(), {.rules = {port_rule("a.test", 9418)}, .otherwise = block, .origin = &origin});
  for (const auto& said :
       {"003egit-upload-pack /project.git\0host=a.test\0"s, "get /views/home\r\n"s}) {
    Peer program = gateway.connect("a.test", 9418);
    program.send(said);
    EXPECT_EQ(program.receive_rest(), "got " + said);
  }
}

TEST(Connection, RelaysAWordWithoutALineEndAfterAMoment) {
  const Origin origin([](Peer& peer) {
    if (peer.receive(4) == "ruok") peer.send("imok");
  });
  Testbed gateway(
      authority(), {.rules = {port_rule("a.test", 2181)}, .otherwise = block, .origin = &origin});
  Peer program = gateway.connect("a.test", 2181);
  program.send("ruok");
  EXPECT_EQ(program.receive_rest(), "imok");
}

TEST(Connection, RelaysNothingThatMakesARequestOfWhatPassed) {
  Received received;
  const Origin origin(std::ref(received));
  Testbed gateway(
      authority(), {.rules = {port_rule("a.test", 9999)}, .otherwise = block, .origin = &origin});
  Peer program = gateway.connect("a.test", 9999);
  program.send("FO");
  std::this_thread::sleep_for(1000ms);
  program.send("O /secret HTTP/1.1\r\nHost: b.test\r\n\r\n");
  EXPECT_TRUE(program.was_reset());
  EXPECT_EQ(received.wait(), "FO");
  const auto records = gateway.records(1);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].stage, "client");
  EXPECT_NE(records[0].error.find("became a request of HTTP"), std::string::npos);
}

TEST(Connection, RefusesARequestThatWasBegunAndNotCompleted) {
  std::atomic<int> seen = 0;
  const Origin origin([&](Peer& peer) {
    if (!peer.receive_some().empty()) ++seen;
  });
  Testbed gateway(
      authority(), {.rules = {port_rule("a.test", 9999)},
                    .otherwise = block,
                    .origin = &origin,
                    .limits = {.first_bytes = 700ms}});
  Peer program = gateway.connect("a.test", 9999);
  program.send("GE");
  EXPECT_TRUE(program.was_reset());
  EXPECT_EQ(seen, 0);
  const auto records = gateway.records(1);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].stage, "client");
  EXPECT_NE(records[0].error.find("did not complete"), std::string::npos);
}

TEST(Connection, TakesForARequestWhateverAServerCould) {
  std::atomic<int> requests = 0;
  const Origin origin([&](Peer& peer) {
    if (!peer.receive_some().empty()) ++requests;
  });
  for (const std::string line :
       {"GET /secret HTTP/1.1", "GET /secret HTTP/1.1 ", "GET /secret", "GET  /secret HTTP/9",
        "GET http://a.test/secret", "GET secret HTTP/1.1"}) {
    Testbed gateway(
        authority(), {.rules = {port_rule("a.test", 6379)}, .otherwise = block, .origin = &origin});
    Peer program = gateway.connect("a.test", 6379);
    program.send(line + "\r\nHost: b.test:6379\r\n\r\n");
    EXPECT_GE(program.receive_answer().head.status, 400) << line;
  }
  EXPECT_EQ(requests, 0);
}

TEST(Connection, RefusesABadFirstLineBeforeTheHeadIsComplete) {
  Testbed gateway(authority(), {});
  Peer program = gateway.connect("a.test", 80);
  program.send("GET / HTTP/9.9\r\n");
  EXPECT_EQ(program.receive_answer().head.status, 505);
}

TEST(Connection, IgnoresAnEmptyLineBeforeTheFirstRequest) {  // RFC 9112, 2.2
  const Origin origin(answer_each);
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.connect("a.test", 80);
  program.send("\r\n" + get);
  EXPECT_EQ(program.receive_answer().body, "hi");
}

TEST(Connection, WaitsForAServerThatSpeaksFirst) {
  const Origin origin([](Peer& peer) {
    peer.send("220 hello\r\n");
    peer.send("you said " + peer.receive(4));
  });
  Testbed gateway(
      authority(), {.rules = {port_rule("a.test", 2525)}, .otherwise = block, .origin = &origin});
  const auto begin = std::chrono::steady_clock::now();
  Peer program = gateway.connect("a.test", 2525);
  EXPECT_EQ(program.receive(11), "220 hello\r\n");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 300ms);
  program.send("EHLO");
  EXPECT_EQ(program.receive_rest(), "you said EHLO");
}

TEST(Connection, GoesOnWithTheServerThatWasDialledForAGreeting) {
  Received received;
  const Origin origin(std::ref(received));
  Testbed gateway(
      authority(), {.rules = {port_rule("a.test", 2525)}, .otherwise = block, .origin = &origin});
  Peer program = gateway.connect("a.test", 2525);
  std::this_thread::sleep_for(300ms);
  program.send("no greeting\r\n");
  program.end_sending();
  EXPECT_EQ(received.wait(), "no greeting\r\n");
  EXPECT_EQ(origin.connections(), 1);
  program.close();
  EXPECT_EQ(gateway.records(1).size(), 1U);
}

TEST(Connection, JudgesARequestThatComesWhereAGreetingCould) {
  std::atomic<int> requests = 0;
  const Origin origin([&](Peer& peer) {
    if (!peer.receive_some().empty()) ++requests;
  });
  Testbed gateway(
      authority(), {.rules = {port_rule("a.test", 8000)}, .otherwise = block, .origin = &origin});
  Peer program = gateway.connect("a.test", 8000);
  std::this_thread::sleep_for(300ms);
  program.send("GET / HTTP/1.1\r\nHost: b.test:8000\r\n\r\n");
  EXPECT_EQ(program.receive_answer().head.status, 421);
  EXPECT_EQ(requests, 0);
  const auto records = gateway.records(1);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].method, "GET");
}

TEST(Connection, JudgesAProgramThatKeptSilentFirst) {
  const Origin origin(answer_each);
  Testbed gateway(
      authority(),
      {.rules =
           {{.action = block, .path = policy::PatternSpec{"/secret"}}, port_rule("a.test", 8000)},
       .otherwise = block,
       .origin = &origin});
  Peer program = gateway.connect("a.test", 8000);
  std::this_thread::sleep_for(900ms);
  program.send("GET /secret HTTP/1.1\r\nHost: a.test:8000\r\n\r\n");
  EXPECT_EQ(program.receive_answer().head.status, 403);
}

TEST(Connection, ResetsTheProgramWhenTheServerResets) {
  const Origin origin([](Peer& peer) {
    peer.receive(1);
    peer.reset();
  });
  Testbed gateway(
      authority(), {.rules = {port_rule("a.test", 9999)}, .otherwise = block, .origin = &origin});
  Peer program = gateway.connect("a.test", 9999);
  program.send("\x01");
  EXPECT_TRUE(program.was_reset());
}

TEST(Connection, RelaysTlsUnopenedWhereThatIsConfigured) {
  auto rule = port_rule("a.test", 443);
  rule.tls = policy::Tls::passthrough;
  const auto other = [] {
    const auto directory = std::filesystem::temp_directory_path() / "gateway-passthrough-ca";
    std::filesystem::remove_all(directory);
    auto made = std::move(tls::Authority::load_or_create(directory)).value();
    std::filesystem::remove_all(directory);
    return made;
  }();
  const Origin origin(other, "a.test", answer_each);
  Testbed gateway(authority(), {.rules = {rule}, .otherwise = block, .origin = &origin});
  Peer program = gateway.connect("a.test", 443);
  // The certificate is the server's own, which this program does not trust.
  EXPECT_FALSE(program.start_tls(gateway.client_session("a.test")));
}

TEST(Connection, RefusesUnopenedTlsForAnotherName) {
  auto rule = port_rule("a.test", 443);
  rule.tls = policy::Tls::passthrough;
  const Origin origin(authority(), "b.test", answer_each);
  Testbed gateway(authority(), {.rules = {rule}, .otherwise = block, .origin = &origin});
  Peer program = gateway.connect("a.test", 443);
  EXPECT_FALSE(program.start_tls(gateway.client_session("b.test")));
  EXPECT_EQ(origin.connections(), 0);
}

/// A ClientHello for a.test with an encrypted_client_hello extension.
std::string hello_with_ech() {
  using namespace std::string_literals;
  const auto sized = [](const std::string& text) {
    return std::string{static_cast<char>(text.size() >> 8U), static_cast<char>(text.size())} + text;
  };
  const auto extensions = "\0\0"s + sized(sized("\0"s + sized("a.test"))) +  // server_name
                          "\0\x2b"s + sized("\x02\x03\x04") + "\xfe\x0d" + sized("sealed");
  const auto body =
      "\x03\x03" + std::string(32, 'r') + "\0"s + sized("\x13\x01") + "\x01\0"s + sized(extensions);
  return "\x16\x03\x01" + sized("\x01\0"s + sized(body));
}

TEST(Connection, RelaysUnopenedTlsWithAnEncryptedHelloAsItIs) {
  auto rule = port_rule("a.test", 443);
  rule.tls = policy::Tls::passthrough;
  const auto hello = hello_with_ech();
  std::string received;
  const Origin origin([&](Peer& peer) {
    received = peer.receive(hello.size());
    peer.send("seen");
  });
  Testbed gateway(authority(), {.rules = {rule}, .otherwise = block, .origin = &origin});
  Peer program = gateway.connect("a.test", 443);
  program.send(hello);
  EXPECT_EQ(program.receive(4), "seen");
  EXPECT_EQ(received, hello);
}

/// Adds what browsers send in place of an encrypted hello.
int add_grease_for_ech(SSL*, unsigned, const unsigned char** out, std::size_t* size, int*, void*) {
  static const std::string body = std::string("\0\0\x01\0\x01\x2a\0\x20", 8) +
                                  std::string(32, 'k') + std::string("\0\x90", 2) +
                                  std::string(144, 'p');
  *out = reinterpret_cast<const unsigned char*>(body.data());
  *size = body.size();
  return 1;
}

TEST(Connection, ServesAClientThatPretendsToEncryptItsHello) {
  const Origin origin(authority(), "a.test", answer_each);
  Testbed gateway(authority(), {.origin = &origin});
  SSL_CTX* const context = SSL_get_SSL_CTX(gateway.client_session("a.test").get());
  ASSERT_EQ(
      SSL_CTX_add_client_custom_ext(
          context, 0xFE0D, add_grease_for_ech, nullptr, nullptr, nullptr, nullptr),
      1);
  Peer program = gateway.connect_tls("a.test");
  program.send(get);
  EXPECT_EQ(program.receive_answer().body, "hi");
}

TEST(Connection, NamesTheRuleThatHelpsAProgramThatPins) {
  const Origin origin(authority(), "a.test", answer_each);
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.connect_tls("a.test");
  program.close();
  const auto records = gateway.records(1);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].stage, "tls");
  EXPECT_NE(
      records[0].error.find("does not accept lazaret's certificate for a.test"), std::string::npos)
      << records[0].error;
  EXPECT_NE(records[0].error.find("tls = \"passthrough\""), std::string::npos);
}

/// The records say which rule lets TLS pass in which something else than HTTP is spoken.
void expect_way_out(Testbed& gateway, std::string_view stage, std::string_view reason) {
  const auto records = gateway.records(1);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].stage, stage);
  EXPECT_NE(records[0].error.find(reason), std::string::npos) << records[0].error;
  EXPECT_NE(
      records[0].error.find("[[proxy.filter.rules]] action = \"allow\", host = \"a.test\", tls = "
                            "\"passthrough\", ports = [993]"),
      std::string::npos)
      << records[0].error;
}

TEST(Connection, TellsOfTlsInWhichNothingIsSaid) {
  const Origin origin(answer_each);
  Testbed gateway(
      authority(), {.rules = {port_rule("a.test", 993)}, .origin = &origin, .limits = impatient()});
  Peer program = gateway.connect_tls("a.test", 993);
  EXPECT_EQ(program.receive_rest(), "");
  expect_way_out(gateway, "client", "said nothing");
}

TEST(Connection, RefusesWhatIsNoHttpInTlsAtOnce) {
  const Origin origin(answer_each);
  Testbed gateway(authority(), {.rules = {port_rule("a.test", 993)}, .origin = &origin});
  Peer program = gateway.connect_tls("a.test", 993);
  program.send("PING\r\n");
  EXPECT_EQ(program.receive_answer().head.status, 400);
  expect_way_out(gateway, "parse", "the first line is not");
}

TEST(Connection, TellsOfTlsForOtherProtocols) {
  const Origin origin(answer_each);
  Testbed gateway(authority(), {.rules = {port_rule("a.test", 993)}, .origin = &origin});
  Peer program = gateway.connect("a.test", 993);
  EXPECT_FALSE(program.start_tls(gateway.client_session("a.test", "postgresql")));
  expect_way_out(gateway, "tls", "for other protocols than HTTP");
}

TEST(Connection, TellsNobodyOfOtherProtocolsWhoSpokeHttpInTls) {
  Testbed gateway(authority(), {});
  Peer program = gateway.connect_tls("a.test");
  program.send("GET / HTTP/9.9\r\n");
  EXPECT_EQ(program.receive_answer().head.status, 505);
  const auto records = gateway.records(1);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].error.find("passthrough"), std::string::npos);
}

TEST(Connection, ServesAClientThatTakesOnlyRsa) {
  const Origin origin(authority(), "a.test", answer_each);
  Testbed gateway(authority(), {.origin = &origin});
  std::vector<std::jthread> clients;
  std::atomic<int> served = 0;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&] {
      auto session = gateway.client_session("a.test");
      SSL_set1_sigalgs_list(session.get(), "rsa_pss_rsae_sha256:rsa_pkcs1_sha256");
      Peer program = gateway.connect("a.test", 443);
      if (!program.start_tls(std::move(session))) return;
      program.send(get);
      if (program.receive_answer().body == "hi") ++served;
    });
  }
  clients.clear();
  EXPECT_EQ(served, 4);
}

TEST(Connection, SaysThatAHeadTookTooLong) {
  Testbed gateway(authority(), {.limits = impatient()});
  Peer program = gateway.connect("a.test");
  program.send("GET / HTTP/1.1\r\nHost:");
  EXPECT_EQ(program.receive_answer().head.status, 408);
}

TEST(Connection, IsClosedWhenNothingMoreIsAsked) {
  const Origin origin(answer_each);
  Testbed gateway(authority(), {.origin = &origin, .limits = impatient()});
  Peer program = gateway.connect("a.test");
  program.send(get);
  EXPECT_EQ(program.receive_answer().body, "hi");
  EXPECT_EQ(program.receive_rest(), "");
  EXPECT_FALSE(program.was_reset());
}

TEST(Connection, LimitsHeads) {
  Testbed gateway(authority(), {});
  Peer large = gateway.connect("a.test");
  large.send("GET / HTTP/1.1\r\nHost: a.test\r\nX: " + std::string(70'000, 'x') + "\r\n\r\n");
  EXPECT_EQ(large.receive_answer().head.status, 431);
  Peer longer = gateway.connect("a.test");
  longer.send("GET /" + std::string(20'000, 'x') + " HTTP/1.1\r\nHost: a.test\r\n\r\n");
  EXPECT_EQ(longer.receive_answer().head.status, 414);
}

TEST(Proxy, ServesPlainRequestsToManyHosts) {
  const Origin origin(answer_each);
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.connect_to_proxy();
  for (const auto* host : {"a.test", "b.test"}) {
    program.send(fmt::format("GET http://{0}/x HTTP/1.1\r\nHost: {0}\r\n\r\n", host));
    EXPECT_EQ(program.receive_answer().body, "hi");
  }
  const auto records = gateway.records(2);
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[1].url, "http://b.test/x");
}

TEST(Proxy, TakesAConnectForACapturedConnection) {
  const Origin origin(authority(), "a.test", answer_each);
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.connect_to_proxy();
  program.send("CONNECT A.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n");
  EXPECT_TRUE(program.receive_head().starts_with("HTTP/1.1 200 "));
  ASSERT_TRUE(program.start_tls(gateway.client_session("a.test")));
  program.send(get);
  EXPECT_EQ(program.receive_answer().body, "hi");
}

TEST(Proxy, RefusesAConnectThatNamesNoPlace) {
  for (const auto* target :
       {"a.test", "a.test:", "a.test:0", "u@a.test:443", "/", "a.test:443/x"}) {
    Testbed gateway(authority(), {});
    Peer program = gateway.connect_to_proxy();
    program.send(fmt::format("CONNECT {} HTTP/1.1\r\nHost: a.test\r\n\r\n", target));
    EXPECT_EQ(program.receive_answer("CONNECT").head.status, 400) << target;
  }
}

TEST(Proxy, RefusesAConnectWhoseHostIsAnother) {  // RFC 9110, 7.2
  for (const auto* host : {"evil.test", "evil.test:80", "a.test:81", "sub.a.test:80"}) {
    Testbed gateway(authority(), {});
    Peer program = gateway.connect_to_proxy();
    program.send(fmt::format("CONNECT a.test:80 HTTP/1.1\r\nHost: {}\r\n\r\n", host));
    EXPECT_EQ(program.receive_answer("CONNECT").head.status, 400) << host;
  }
}

TEST(Proxy, AcceptsAConnectWhoseHostIsTheSameOrMissing) {
  for (const auto* rest :
       {"1.1\r\nHost: a.test:80\r\n", "1.1\r\nHost: A.test:80\r\n", "1.1\r\nHost: a.test\r\n",
        "1.0\r\n"}) {
    Testbed gateway(authority(), {});
    Peer program = gateway.connect_to_proxy();
    program.send(fmt::format("CONNECT a.test:80 HTTP/{}\r\n", rest));
    EXPECT_TRUE(program.receive_head().starts_with("HTTP/1.1 200 ")) << rest;
  }
}

TEST(Proxy, RefusesDataThatComesBeforeTheAnswerToConnect) {
  Testbed gateway(authority(), {});
  Peer program = gateway.connect_to_proxy();
  program.send("CONNECT a.test:80 HTTP/1.1\r\nHost: a.test\r\n\r\nGET / HTTP/1.1\r\n");
  EXPECT_EQ(program.receive_answer("CONNECT").head.status, 400);
}

TEST(Proxy, JudgesAPrivateAddressBehindConnectLikeAnyOther) {
  Testbed gateway(authority(), {});
  Peer program = gateway.connect_to_proxy();
  program.send("CONNECT 127.0.0.1:80 HTTP/1.1\r\nHost: 127.0.0.1:80\r\n\r\n");
  EXPECT_TRUE(program.receive_head().starts_with("HTTP/1.1 200 "));
  program.send("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  EXPECT_EQ(program.receive_answer().head.status, 403);
}

}  // namespace
}  // namespace gateway
