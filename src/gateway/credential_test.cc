// SPDX-License-Identifier: Apache-2.0
// The credential goes to its host and nowhere else, and never comes back.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "gateway/testbed.h"

namespace gateway {
namespace {

using namespace std::chrono_literals;
using test::authority;
using test::Origin;
using test::Peer;
using test::Testbed;

constexpr std::string_view token = "sk-test-0123456789abcdef";
const std::string get = "GET / HTTP/1.1\r\nHost: api.test\r\n\r\n";

secrets::InjectorSpec credential() {
  secrets::InjectorSpec spec;
  spec.name = "api";
  spec.enabled = true;
  spec.host = "api.test";
  spec.header = "X-Api-Key";
  spec.source.value = base::Secret(token);
  return spec;
}

test::Setup with_credential(const Origin& origin) {
  test::Setup setup{.origin = &origin};
  setup.credentials.push_back(credential());
  return setup;
}

/// A server of api.test that knows only this answer.
Origin::Script answering(std::vector<std::string> pieces) {
  return [pieces](Peer& peer) {
    while (!peer.receive_head().empty()) {
      for (const auto& piece : pieces) {
        peer.send(piece);
        std::this_thread::sleep_for(10ms);
      }
    }
  };
}

test::Answer answer_to_credential(std::vector<std::string> pieces) {
  const Origin origin(authority(), "api.test", answering(std::move(pieces)));
  Testbed gateway(authority(), with_credential(origin));
  Peer program = gateway.connect_tls("api.test");
  program.send(get);
  return program.receive_answer();
}

TEST(Credential, GoesToItsVerifiedHost) {
  std::string head;
  const Origin origin(authority(), "api.test", [&](Peer& peer) {
    head = peer.receive_head();
    peer.send("HTTP/1.1 204 OK\r\n\r\n");
  });
  Testbed gateway(authority(), with_credential(origin));
  Peer program = gateway.connect_tls("api.test");
  program.send(get);
  EXPECT_EQ(program.receive_answer().head.status, 204);
  EXPECT_NE(head.find(fmt::format("X-Api-Key: {}\r\n", token)), std::string::npos) << head;
  EXPECT_NE(head.find("Accept-Encoding: identity\r\n"), std::string::npos);

  const auto records = gateway.records(1);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].injected, (std::vector<std::string>{"api"}));
}

TEST(Credential, NeverReachesAServerWithAnotherCertificate) {
  bool asked = false;
  const Origin origin(
      authority(), "evil.test", [&](Peer& peer) { asked = !peer.receive_head().empty(); });
  Testbed gateway(authority(), with_credential(origin));
  Peer program = gateway.connect_tls("api.test");
  program.send(get);
  const auto answer = program.receive_answer();
  EXPECT_EQ(answer.head.status, 502);
  EXPECT_NE(answer.body.find(R"("stage":"tls")"), std::string::npos) << answer.body;
  EXPECT_FALSE(asked);
}

TEST(Credential, IsNotSentInClear) {
  std::string head;
  const Origin origin([&](Peer& peer) {
    head = peer.receive_head();
    peer.send("HTTP/1.1 204 OK\r\n\r\n");
  });
  Testbed gateway(authority(), with_credential(origin));
  Peer program = gateway.connect("api.test");
  program.send(get);
  EXPECT_EQ(program.receive_answer().head.status, 204);
  EXPECT_EQ(head.find(token), std::string::npos);
}

TEST(Credential, IsScrubbedFromABodyHoweverItIsCut) {
  const auto answer = answer_to_credential(
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "b\r\nkey sk-test\r\n",
       "11\r\n-0123456789abcdef\r\n", "4\r\n end\r\n0\r\n\r\n"});
  EXPECT_EQ(answer.body, "key [REDACTED:api] end");
  EXPECT_TRUE(answer.whole);
}

TEST(Credential, IsScrubbedFromABodyOfKnownLength) {
  const auto answer = answer_to_credential(
      {fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n<{}>", token.size() + 2, token)});
  EXPECT_EQ(answer.body, "<[REDACTED:api]>");
  EXPECT_TRUE(answer.whole);
}

TEST(Credential, IsScrubbedFromEveryPartOfAHead) {
  const auto answer = answer_to_credential({fmt::format(
      "HTTP/1.1 200 {0}\r\nX-Echo: <{0}>\r\nX-{0}: 1\r\nContent-Length: 0\r\n\r\n", token)});
  EXPECT_EQ(answer.head.status, 200);
  EXPECT_EQ(answer.head.fields.find("X-Echo"), "<[REDACTED:api]>");
  EXPECT_EQ(answer.head.reason.find(token), std::string::npos);
  for (const auto& field : answer.head.fields)
    EXPECT_EQ(field.name.find(token), std::string::npos);
}

TEST(Credential, IsScrubbedFromAnInformationalHead) {
  const auto answer = answer_to_credential({fmt::format(
      "HTTP/1.1 103 {0}\r\nLink: <{0}>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
      token)});
  EXPECT_EQ(answer.head.status, 103);
  EXPECT_EQ(answer.head.reason.find(token), std::string::npos);
  EXPECT_EQ(answer.head.fields.find("Link"), "<[REDACTED:api]>");
}

TEST(Credential, ComesBackInNoTrailer) {
  const auto answer = answer_to_credential({fmt::format(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX-Echo: {}\r\n\r\n",
      token)});
  EXPECT_EQ(answer.body, "x");
  EXPECT_TRUE(answer.whole);
  EXPECT_EQ(answer.trailers.find("X-Echo"), "[REDACTED:api]");
}

TEST(Credential, IsNotTrustedToACompressedAnswer) {
  for (const auto* coding :
       {"Content-Encoding: gzip\r\n", "Content-Encoding: identity\r\nContent-Encoding: gzip\r\n",
        "Content-Encoding: identity, br\r\n"}) {
    const auto answer = answer_to_credential(
        {fmt::format("HTTP/1.1 200 OK\r\n{}Content-Length: 3\r\n\r\nabc", coding)});
    EXPECT_EQ(answer.head.status, 502) << coding;
    EXPECT_NE(answer.body.find(R"("stage":"scrub")"), std::string::npos) << answer.body;
  }
}

TEST(Credential, IsInNoLog) {
  const Origin origin(
      authority(), "api.test",
      answering({fmt::format(
          "HTTP/1.1 200 OK\r\nX-Echo: {0}\r\nContent-Length: {1}\r\n\r\n{0}", token,
          token.size())}));
  Testbed gateway(authority(), with_credential(origin));
  Peer program = gateway.connect_tls("api.test");
  program.send(get);
  EXPECT_TRUE(program.receive_answer().whole);
  EXPECT_EQ(gateway.records(1).size(), 1U);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(gateway.directory())) {
    if (!entry.is_regular_file()) continue;
    EXPECT_EQ(base::read_file(entry.path())->find(token), std::string::npos) << entry.path();
  }
}

}  // namespace
}  // namespace gateway
