// SPDX-License-Identifier: Apache-2.0
// Real handshakes between a client that verifies and the gateway's side, in memory.
#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "base/file.h"
#include "tls/handshake_error.h"
#include "tls/issue.h"
#include "tls/server_context.h"
#include "tls/test_support.h"
#include "tls/upstream_context.h"

namespace tls {
namespace {

using test::Pair;
using Names = std::vector<std::string_view>;

/// A gateway's server side and a verifying client that trusts its authority and nothing else.
class Contexts : public testing::Test {
protected:
  Contexts() {
    const auto file = directory_.path() / "root.pem";
    EXPECT_TRUE(base::write_file(file, authority_.certificate_pem()));
    client_.emplace(
        UpstreamContext::create({.system_roots = SystemRoots::ignored, .ca_files = {file}})
            .value());
    server_.emplace(ServerContext::create(std::array<std::string_view, 1>{"http/1.1"}).value());
  }

  Pair connect(std::string_view host, const Leaf& leaf, const Names& protocols = {"http/1.1"}) {
    return {client_->new_session(host, 443, protocols).value(), server_->new_session(leaf).value()};
  }
  Leaf mint(std::string_view host) { return authority_.mint(host).value(); }

  /// The tickets of a finished handshake reach the client with the first bytes.
  static void deliver_tickets(Pair& pair) {
    ASSERT_EQ(Pair::send(pair.server, pair.client, "x"), "x");
  }

  test::Directory directory_;
  Authority authority_ = test::new_authority();
  std::optional<UpstreamContext> client_;
  std::optional<ServerContext> server_;
};

TEST_F(Contexts, AMintedLeafIsAcceptedForItsName) {
  auto pair = connect("api.example.com", mint("api.example.com"));
  ASSERT_TRUE(pair.shake_hands());
  EXPECT_STREQ(SSL_get_version(pair.client.get()), "TLSv1.3");
  EXPECT_STREQ(SSL_get_cipher_name(pair.client.get()), "TLS_AES_128_GCM_SHA256");
  EXPECT_STREQ(SSL_get_servername(pair.server.get(), TLSEXT_NAMETYPE_host_name), "api.example.com");
  EXPECT_EQ(Pair::send(pair.client, pair.server, "hello"), "hello");
}

TEST_F(Contexts, AMintedLeafIsAcceptedForItsAddressWithoutSni) {
  for (const auto* host : {"192.0.2.7", "2001:db8::7"}) {
    auto pair = connect(host, mint(host));
    ASSERT_TRUE(pair.shake_hands()) << host;
    EXPECT_EQ(SSL_get_servername(pair.server.get(), TLSEXT_NAMETYPE_host_name), nullptr);
  }
}

TEST_F(Contexts, TlsOneTwoIsSpokenAndOneOneIsNot) {
  auto old = connect("a.test", mint("a.test"));
  SSL_set_max_proto_version(old.client.get(), TLS1_2_VERSION);
  EXPECT_TRUE(old.shake_hands());
  EXPECT_STREQ(SSL_get_cipher_name(old.client.get()), "ECDHE-ECDSA-AES128-GCM-SHA256");

  auto older = connect("a.test", mint("a.test"));
  SSL_set_min_proto_version(older.client.get(), TLS1_1_VERSION);
  SSL_set_max_proto_version(older.client.get(), TLS1_1_VERSION);
  EXPECT_FALSE(older.shake_hands());
}

TEST_F(Contexts, AClientWithoutAesHardwareGetsChaCha) {
  auto pair = connect("a.test", mint("a.test"));
  SSL_set_ciphersuites(pair.client.get(), "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256");
  ASSERT_TRUE(pair.shake_hands());
  EXPECT_STREQ(SSL_get_cipher_name(pair.client.get()), "TLS_CHACHA20_POLY1305_SHA256");
}

TEST_F(Contexts, TheProtocolBothSpeakIsChosen) {
  auto both = connect("a.test", mint("a.test"), {"h2", "http/1.1"});
  ASSERT_TRUE(both.shake_hands());
  EXPECT_EQ(test::protocol_of(both.client), "http/1.1");

  auto silent = connect("a.test", mint("a.test"), {});
  ASSERT_TRUE(silent.shake_hands());
  EXPECT_EQ(test::protocol_of(silent.client), "");
}

TEST_F(Contexts, AClientThatSpeaksOnlyOtherProtocolsIsRefused) {
  auto pair = connect("a.test", mint("a.test"), {"imap"});
  ASSERT_FALSE(pair.shake_hands());
  Pair::step(pair.client);
  EXPECT_NE(
      explain_upstream_failure(pair.client.get()).message.find("no application protocol"),
      std::string::npos);
}

TEST_F(Contexts, ACertificateOfAnotherNameIsRefused) {
  for (const auto* other : {"b.test", "x.a.test", "192.0.2.7"}) {
    auto pair = connect("a.test", mint(other));
    ASSERT_FALSE(pair.shake_hands());
    const auto error = explain_upstream_failure(pair.client.get());
    EXPECT_EQ(error.kind, base::ErrorKind::denied);
    EXPECT_EQ(
        error.message, "the certificate of a.test is not trusted: it was issued for another name");
  }
}

TEST_F(Contexts, AnAddressInACommonNameIsNoProof) {
  auto pair = connect("192.0.2.8", mint("192.0.2.7"));
  ASSERT_FALSE(pair.shake_hands());
  EXPECT_EQ(
      explain_upstream_failure(pair.client.get()).message,
      "the certificate of 192.0.2.8 is not trusted: it was issued for another name");
}

TEST(UpstreamContext, BelievesNoCommonName) {
  const test::Directory directory;
  const auto key = generate_key().value();
  const auto authority = issue_authority(key, "root", base::now()).value();
  Leaf leaf{.host = "a.test", .certificate = nullptr, .key = share(key)};
  leaf.certificate = issue_leaf("a.test", key, authority, key, base::now()).value();
  X509* const certificate = leaf.certificate.get();
  X509_EXTENSION_free(
      X509_delete_ext(certificate, X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1)));
  ASSERT_GT(X509_sign(certificate, key.get(), EVP_sha256()), 0);

  const auto file = directory.path() / "root.pem";
  ASSERT_TRUE(base::write_file(file, to_pem(authority)));
  const auto client =
      UpstreamContext::create({.system_roots = SystemRoots::ignored, .ca_files = {file}}).value();
  const auto server = ServerContext::create({}).value();
  Pair pair(client.new_session("a.test", 443, {}).value(), server.new_session(leaf).value());
  ASSERT_FALSE(pair.shake_hands());
  EXPECT_EQ(
      explain_upstream_failure(pair.client.get()).message,
      "the certificate of a.test is not trusted: it was issued for another name");
}

TEST_F(Contexts, ACertificateOfAnUnknownAuthorityIsRefused) {
  auto pair = connect("a.test", test::new_authority().mint("a.test").value());
  ASSERT_FALSE(pair.shake_hands());
  const auto error = explain_upstream_failure(pair.client.get());
  EXPECT_EQ(error.message, "the certificate of a.test is not trusted: its issuer is unknown here");
  EXPECT_NE(error.hint.find("ca_files"), std::string::npos);
}

TEST_F(Contexts, ASelfSignedCertificateIsRefused) {
  auto key = generate_key().value();
  Leaf leaf{
      .host = "a.test",
      .certificate = issue_authority(key, "a.test", base::now()).value(),
      .key = std::move(key)};
  auto pair = connect("a.test", leaf);
  ASSERT_FALSE(pair.shake_hands());
  EXPECT_EQ(
      explain_upstream_failure(pair.client.get()).message,
      "the certificate of a.test is not trusted: self-signed certificate");
}

TEST_F(Contexts, AnExpiredCertificateIsRefused) {
  auto pair = connect(
      "a.test",
      authority_.mint("a.test", KeyKind::p256, base::now() - std::chrono::days(60)).value());
  ASSERT_FALSE(pair.shake_hands());
  EXPECT_EQ(
      explain_upstream_failure(pair.client.get()).message,
      "the certificate of a.test is not trusted: it has expired");
}

TEST_F(Contexts, TheProgramsDistrustIsExplained) {
  auto pair = connect("a.test", test::new_authority().mint("a.test").value());
  ASSERT_FALSE(pair.shake_hands());
  Pair::step(pair.server);
  const auto failure = explain_client_failure();
  EXPECT_EQ(failure.kind, ClientFailure::Kind::distrust);
  EXPECT_EQ(failure.message, "it answered with the alert unknown_ca");
}

TEST_F(Contexts, AProgramThatSimplyGoesIsTold) {
  auto pair = connect("a.test", mint("a.test"));
  Pair::step(pair.client);
  Pair::step(pair.server);
  BIO_shutdown_wr(SSL_get_wbio(pair.client.get()));
  Pair::step(pair.server);
  EXPECT_EQ(explain_client_failure().kind, ClientFailure::Kind::left);
}

TEST_F(Contexts, AClientWithoutEcdsaIsServedWithRsaFromRootToLeaf) {
  const auto file = directory_.path() / "rsa.pem";
  ASSERT_TRUE(base::write_file(file, authority_.certificate_pem(KeyKind::rsa)));
  const auto trusting_rsa =
      UpstreamContext::create({.system_roots = SystemRoots::ignored, .ca_files = {file}}).value();
  const auto leaf = authority_.mint("a.test", KeyKind::rsa).value();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    Pair pair(
        trusting_rsa.new_session("a.test", 443, {}).value(), server_->new_session(leaf).value());
    SSL_set_max_proto_version(pair.client.get(), version);
    SSL_set1_sigalgs_list(pair.client.get(), "rsa_pss_rsae_sha256:rsa_pkcs1_sha256");
    ASSERT_TRUE(pair.shake_hands()) << version;
    EXPECT_EQ(
        EVP_PKEY_get_base_id(X509_get0_pubkey(SSL_get0_peer_certificate(pair.client.get()))),
        EVP_PKEY_RSA);
  }
}

TEST_F(Contexts, AnUpstreamSessionOfTlsOneTwoIsResumedAgainAndAgain) {
  const auto leaf = mint("a.test");
  for (int round = 0; round < 4; ++round) {
    auto pair = connect("a.test", leaf);
    SSL_set_max_proto_version(pair.client.get(), TLS1_2_VERSION);
    ASSERT_TRUE(pair.shake_hands());
    EXPECT_EQ(SSL_session_reused(pair.client.get()), round > 0 ? 1 : 0) << round;
    EXPECT_EQ(SSL_get_verify_result(pair.client.get()), X509_V_OK);
    SSL_shutdown(pair.client.get());  // without it OpenSSL takes the session for a bad one
  }
}

TEST_F(Contexts, AnUpstreamSessionIsNotResumedForAnotherName) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    auto first = connect("a.test", mint("a.test"));
    SSL_set_max_proto_version(first.client.get(), version);
    ASSERT_TRUE(first.shake_hands());
    deliver_tickets(first);
    auto other = connect("b.test", mint("b.test"));
    SSL_set_max_proto_version(other.client.get(), version);
    ASSERT_TRUE(other.shake_hands());
    EXPECT_FALSE(SSL_session_reused(other.client.get()));
  }
}

TEST_F(Contexts, AnUpstreamSessionIsResumedOnce) {
  const auto leaf = mint("a.test");
  auto first = connect("a.test", leaf);
  ASSERT_TRUE(first.shake_hands());
  deliver_tickets(first);

  auto second = connect("a.test", leaf);
  auto third = connect("a.test", leaf);
  ASSERT_TRUE(second.shake_hands());
  ASSERT_TRUE(third.shake_hands());
  EXPECT_TRUE(SSL_session_reused(second.client.get()));
  EXPECT_EQ(SSL_get_verify_result(second.client.get()), X509_V_OK);
  EXPECT_FALSE(SSL_session_reused(third.client.get()));
}

TEST_F(Contexts, AnUpstreamSessionIsNotResumedOnAnotherPort) {
  const auto leaf = mint("a.test");
  auto first = connect("a.test", leaf);
  ASSERT_TRUE(first.shake_hands());
  deliver_tickets(first);
  Pair second(client_->new_session("a.test", 8443, {}).value(), server_->new_session(leaf).value());
  ASSERT_TRUE(second.shake_hands());
  EXPECT_FALSE(SSL_session_reused(second.client.get()));
}

TEST_F(Contexts, ATicketOfOneHostDoesNotOpenAnother) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const auto leaf = mint("a.test");
    auto first = connect("a.test", leaf);
    SSL_set_max_proto_version(first.client.get(), version);
    ASSERT_TRUE(first.shake_hands());
    deliver_tickets(first);
    const Session session(SSL_get1_session(first.client.get()));

    auto same = connect("a.test", leaf);
    SSL_set_max_proto_version(same.client.get(), version);
    SSL_set_session(same.client.get(), session.get());
    ASSERT_TRUE(same.shake_hands());
    EXPECT_TRUE(SSL_session_reused(same.server.get()));

    auto other = connect("b.test", mint("b.test"));
    SSL_set_max_proto_version(other.client.get(), version);
    SSL_set_session(other.client.get(), session.get());
    ASSERT_TRUE(other.shake_hands());
    EXPECT_FALSE(SSL_session_reused(other.server.get()));
  }
}

TEST_F(Contexts, ThereIsNoEarlyData) {
  auto first = connect("a.test", mint("a.test"));
  ASSERT_TRUE(first.shake_hands());
  deliver_tickets(first);
  EXPECT_EQ(SSL_SESSION_get_max_early_data(SSL_get0_session(first.client.get())), 0U);
}

TEST_F(Contexts, SessionsOutliveTheirContext) {
  auto pair = connect("a.test", mint("a.test"));
  client_.reset();
  server_.reset();
  ASSERT_TRUE(pair.shake_hands());
  deliver_tickets(pair);
}

TEST(UpstreamContext, NamesTheFileThatCannotBeTrusted) {
  const test::Directory directory;
  const auto file = directory.path() / "roots.pem";
  const UpstreamTrust trust{.system_roots = SystemRoots::ignored, .ca_files = {file}};
  EXPECT_NE(UpstreamContext::create(trust).error().message.find("roots.pem"), std::string::npos);

  ASSERT_TRUE(base::write_file(file, "no certificate\n"));
  EXPECT_NE(
      UpstreamContext::create(trust).error().message.find("roots.pem holds no certificate"),
      std::string::npos);
}

TEST(UpstreamContext, TrustsThisMachinesRoots) { EXPECT_TRUE(UpstreamContext::create({})); }

TEST(UpstreamContext, RefusesANameThatIsNeitherHostNorAddress) {
  const auto context = UpstreamContext::create({.system_roots = SystemRoots::ignored}).value();
  for (const std::string_view host :
       {std::string_view("a b"), std::string_view("a.test\0.b", 9), std::string_view("")}) {
    EXPECT_FALSE(context.new_session(host, 443, {}));
  }
}

}  // namespace
}  // namespace tls
