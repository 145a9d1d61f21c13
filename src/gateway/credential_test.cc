// SPDX-License-Identifier: Apache-2.0
// The credential goes to its host and nowhere else, and never comes back.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>

#include "base/file.h"
#include "content/encoder.h"
#include "gateway/testbed.h"

namespace gateway {
namespace {

using namespace std::chrono_literals;
using test::authority;
using test::get_api;
using test::Origin;
using test::Peer;
using test::Testbed;

constexpr std::string_view token = "sk-test-0123456789abcdef";

secrets::InjectorSpec header_credential() {
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
  setup.credentials.push_back(header_credential());
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
  program.send(get_api);
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
  program.send(get_api);
  EXPECT_EQ(program.receive_answer().head.status, 204);
  EXPECT_NE(head.find(fmt::format("X-Api-Key: {}\r\n", token)), std::string::npos) << head;
  EXPECT_NE(head.find("Accept-Encoding: identity\r\n"), std::string::npos);

  const auto records = gateway.records(1);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].injected, (std::vector<std::string>{"api"}));
}

secrets::InjectorSpec query_credential() {
  secrets::InjectorSpec spec = header_credential();
  spec.type = "query";
  spec.header.reset();
  spec.parameter = "key";
  return spec;
}

TEST(Credential, InTheQueryIsOnTheWireAndNotInTheLog) {
  std::string head;
  const Origin origin(authority(), "api.test", [&](Peer& peer) {
    head = peer.receive_head();
    peer.send("HTTP/1.1 204 OK\r\n\r\n");
  });
  test::Setup setup{.origin = &origin};
  setup.credentials.push_back(query_credential());
  Testbed gateway(authority(), std::move(setup));
  Peer program = gateway.connect_tls("api.test");
  program.send("GET /a?b=1 HTTP/1.1\r\nHost: api.test\r\n\r\n");
  EXPECT_EQ(program.receive_answer().head.status, 204);
  EXPECT_TRUE(head.starts_with(fmt::format("GET /a?b=1&key={} HTTP/1.1\r\n", token))) << head;

  const auto records = gateway.records(1);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].url, "https://api.test/a?b=1");
  EXPECT_EQ(records[0].injected, (std::vector<std::string>{"api"}));
}

secrets::InjectorSpec signing_credential(std::string service) {
  secrets::InjectorSpec spec = header_credential();
  spec.type = "aws-sigv4";
  spec.header.reset();
  spec.access_key_id.value = base::Secret("AKIDEXAMPLE");
  spec.region = "here";
  spec.service = std::move(service);
  return spec;
}

TEST(Credential, ThatDoesNotFitARequestIsARefusal) {
  std::atomic<bool> asked = false;
  const Origin origin(
      authority(), "api.test", [&](Peer& peer) { asked = !peer.receive_head().empty(); });
  test::Setup setup{.origin = &origin};
  setup.credentials.push_back(signing_credential("s3"));
  Testbed gateway(authority(), std::move(setup));
  Peer program = gateway.connect_tls("api.test");
  program.send("GET /?X-Amz-Signature=0 HTTP/1.1\r\nHost: api.test\r\n\r\n");
  const auto answer = program.receive_answer();
  EXPECT_EQ(answer.head.status, 403);
  EXPECT_NE(answer.body.find(R"("stage":"inject")"), std::string::npos) << answer.body;
  EXPECT_FALSE(asked);
}

TEST(Credential, SignsABodyThatIsHeldForIt) {
  std::atomic<bool> asked = false;
  std::string head;
  std::string body;
  const Origin origin(authority(), "api.test", [&](Peer& peer) {
    head = peer.receive_head();
    asked = true;
    body = peer.receive(5);
    peer.send("HTTP/1.1 204 OK\r\n\r\n");
  });
  test::Setup setup{.origin = &origin};
  setup.credentials.push_back(signing_credential("dynamodb"));
  Testbed gateway(authority(), std::move(setup));
  Peer program = gateway.connect_tls("api.test");
  program.send("POST / HTTP/1.1\r\nHost: api.test\r\nContent-Length: 5\r\n\r\nhe");
  std::this_thread::sleep_for(50ms);
  EXPECT_FALSE(asked);
  program.send("llo");
  EXPECT_EQ(program.receive_answer().head.status, 204);
  EXPECT_EQ(body, "hello");
  EXPECT_NE(head.find("Authorization: AWS4-HMAC-SHA256 "), std::string::npos) << head;
}

TEST(Credential, RefusesToSignABodyOfUnknownLength) {
  std::atomic<bool> asked = false;
  const Origin origin(
      authority(), "api.test", [&](Peer& peer) { asked = !peer.receive_head().empty(); });
  test::Setup setup{.origin = &origin};
  setup.credentials.push_back(signing_credential("dynamodb"));
  Testbed gateway(authority(), std::move(setup));
  Peer program = gateway.connect_tls("api.test");
  program.send(
      "POST / HTTP/1.1\r\nHost: api.test\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\nhello\r\n0\r\n\r\n");
  const auto answer = program.receive_answer();
  EXPECT_EQ(answer.head.status, 403);
  EXPECT_NE(answer.body.find("too long, or of unknown length"), std::string::npos) << answer.body;
  EXPECT_FALSE(asked);
}

TEST(Credential, SignsABodyChunkByChunk) {
  std::string received;
  const std::string dummy(64, '0');
  const std::string body =
      fmt::format("5;chunk-signature={0}\r\nhello\r\n0;chunk-signature={0}\r\n\r\n", dummy);
  const Origin origin(authority(), "api.test", [&](Peer& peer) {
    peer.receive_head();
    received = peer.receive(body.size());
    peer.send("HTTP/1.1 204 OK\r\n\r\n");
  });
  test::Setup setup{.origin = &origin};
  setup.credentials.push_back(signing_credential("s3"));
  Testbed gateway(authority(), std::move(setup));
  Peer program = gateway.connect_tls("api.test");
  program.send(fmt::format(
      "PUT /k HTTP/1.1\r\nHost: api.test\r\nContent-Length: {}\r\n"
      "X-Amz-Content-Sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD\r\n\r\n",
      body.size()));
  program.send(body.substr(0, 50));
  std::this_thread::sleep_for(50ms);
  program.send(body.substr(50));
  EXPECT_EQ(program.receive_answer().head.status, 204);
  EXPECT_EQ(received.size(), body.size());
  EXPECT_NE(received.find("\r\nhello\r\n"), std::string::npos) << received;
  EXPECT_EQ(received.find(dummy), std::string::npos) << received;
}

TEST(Credential, NeverReachesAServerWithAnotherCertificate) {
  std::atomic<bool> asked = false;
  const Origin origin(
      authority(), "evil.test", [&](Peer& peer) { asked = !peer.receive_head().empty(); });
  Testbed gateway(authority(), with_credential(origin));
  Peer program = gateway.connect_tls("api.test");
  program.send(get_api);
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
  program.send(get_api);
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

TEST(Credential, ComesBackInNoCompressedAnswer) {
  for (const auto coding :
       {content::Coding::gzip, content::Coding::deflate, content::Coding::br,
        content::Coding::zstd}) {
    std::string packed;
    content::Encoder({coding}).feed(fmt::format("<{}>", token), true, packed);
    const auto answer = answer_to_credential({fmt::format(
        "HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\nContent-Encoding: {}\r\n"
        "Content-Length: {}\r\n\r\n{}",
        content::name_of(coding), packed.size(), packed)});
    EXPECT_EQ(answer.head.status, 200);
    EXPECT_EQ(answer.body, "<[REDACTED:api]>");
    EXPECT_FALSE(answer.head.fields.contains("Content-Encoding"));
    EXPECT_TRUE(answer.whole);
  }
}

TEST(Credential, IsNotTrustedToACodingThatNobodyReads) {
  const auto answer = answer_to_credential(
      {"HTTP/1.1 200 OK\r\nContent-Encoding: x-own\r\nContent-Length: 3\r\n\r\nabc"});
  EXPECT_EQ(answer.head.status, 502);
  EXPECT_NE(answer.body.find(R"("stage":"scrub")"), std::string::npos) << answer.body;
}

TEST(Credential, BreaksAnAnswerOffThatIsNotWhatItsCodingSays) {
  const auto answer = answer_to_credential(
      {"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"});
  EXPECT_FALSE(answer.whole);
}

TEST(Credential, IsInNoLog) {
  const Origin origin(
      authority(), "api.test",
      answering({fmt::format(
          "HTTP/1.1 200 OK\r\nX-Echo: {0}\r\nContent-Length: {1}\r\n\r\n{0}", token,
          token.size())}));
  Testbed gateway(authority(), with_credential(origin));
  Peer program = gateway.connect_tls("api.test");
  program.send(get_api);
  EXPECT_TRUE(program.receive_answer().whole);
  EXPECT_EQ(gateway.records(1).size(), 1U);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(gateway.directory())) {
    if (!entry.is_regular_file()) continue;
    EXPECT_EQ(base::read_file(entry.path())->find(token), std::string::npos) << entry.path();
  }
}

}  // namespace
}  // namespace gateway
