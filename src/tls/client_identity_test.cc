// SPDX-License-Identifier: Apache-2.0
#include "tls/client_identity.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>

#include <array>

#include "base/file.h"
#include "tls/issue.h"
#include "tls/server_context.h"
#include "tls/test_support.h"
#include "tls/upstream_context.h"

namespace tls {
namespace {

using base::Secret;
using test::Pair;

/// A key, a certificate for it and the authority that signed that.
struct Issued {
  explicit Issued(base::WallTime now = base::now())
      : authority_key(generate_key().value()),
        authority(issue_authority(authority_key, "clients", now).value()),
        key(generate_key().value()),
        certificate(issue_leaf("agent.test", key, authority, authority_key, now).value()) {}

  /// In PEM; encrypted with the passphrase, if there is one.
  std::string key_pem(const std::string& passphrase = {}) const {
    const Bio out(BIO_new(BIO_s_mem()));
    PEM_write_bio_PKCS8PrivateKey(
        out.get(), key.get(), passphrase.empty() ? nullptr : EVP_aes_256_cbc(), passphrase.data(),
        static_cast<int>(passphrase.size()), nullptr, nullptr);
    char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    return {text, static_cast<std::size_t>(size)};
  }
  std::string chain_pem() const { return to_pem(certificate) + to_pem(authority); }

  PrivateKey authority_key;
  Certificate authority;
  PrivateKey key;
  Certificate certificate;
};

base::Result<ClientIdentity> identity_of(
    const std::string& certificates, const std::string& key, const std::string& passphrase = {}) {
  return ClientIdentity::from_pem(Secret(certificates), Secret(key), Secret(passphrase));
}

std::string why_not(const base::Result<ClientIdentity>& identity) {
  return identity ? std::string() : identity.error().message;
}

TEST(ClientIdentity, FindsOurCertificateAmongTheOthers) {
  const Issued issued;
  const auto leaf = identity_of(issued.chain_pem(), issued.key_pem());
  const auto reversed =
      identity_of(to_pem(issued.authority) + to_pem(issued.certificate), issued.key_pem());
  ASSERT_TRUE(leaf && reversed);
  EXPECT_EQ(leaf->fingerprint(), reversed->fingerprint());
  EXPECT_EQ(leaf->fingerprint().size(), 64U);
}

TEST(ClientIdentity, TakesKeyAndCertificateOfOneText) {
  const Issued issued;
  for (const auto& text :
       {issued.chain_pem() + issued.key_pem(), issued.key_pem() + issued.chain_pem()})
    EXPECT_TRUE(identity_of(text, text));
}

TEST(ClientIdentity, OpensAnEncryptedKey) {
  const Issued issued;
  const auto key = issued.key_pem("open sesame");
  ASSERT_TRUE(key.contains("ENCRYPTED"));
  EXPECT_TRUE(identity_of(issued.chain_pem(), key, "open sesame"));
  EXPECT_TRUE(why_not(identity_of(issued.chain_pem(), key, "open")).contains("does not open"));
  EXPECT_TRUE(why_not(identity_of(issued.chain_pem(), key)).contains("there is no passphrase"));
}

TEST(ClientIdentity, SaysWhatIsMissing) {
  const Issued issued;
  EXPECT_TRUE(why_not(identity_of("", issued.key_pem())).contains("no certificate"));
  EXPECT_TRUE(why_not(identity_of(issued.chain_pem(), "")).contains("no private key"));
  EXPECT_TRUE(
      why_not(identity_of(issued.chain_pem(), issued.chain_pem())).contains("no private key"));
}

TEST(ClientIdentity, RefusesAKeyOfAnotherCertificate) {
  const Issued issued;
  const Issued other;
  EXPECT_TRUE(why_not(identity_of(issued.chain_pem(), other.key_pem()))
                  .contains("belongs to none of the certificates"));
}

TEST(ClientIdentity, RefusesAKeyThatIsTooWeak) {
  const Issued issued;
  const PrivateKey weak(EVP_RSA_gen(512));
  const auto certificate =
      issue_leaf("agent.test", weak, issued.authority, issued.authority_key, base::now()).value();
  const Bio out(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(out.get(), weak.get(), nullptr, nullptr, 0, nullptr, nullptr);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  const std::string key(text, static_cast<std::size_t>(size));
  EXPECT_TRUE(why_not(identity_of(to_pem(certificate), key)).contains("key too small"));
}

TEST(ClientIdentity, NoErrorShowsWhatWasRead) {
  const Issued issued;
  const auto refused = identity_of("hush-hush", issued.key_pem());
  ASSERT_FALSE(refused);
  EXPECT_FALSE((refused.error().message + refused.error().hint).contains("hush"));
}

TEST(ClientIdentity, SaysWhenItHasExpired) {
  const auto long_ago = base::parse_time("2020-01-01T00:00:00Z").value();
  const Issued issued(long_ago);
  const auto identity = identity_of(issued.chain_pem(), issued.key_pem()).value();
  EXPECT_EQ(identity.why_not_valid(long_ago), "");
  EXPECT_EQ(identity.why_not_valid(base::now()), "expired on " + identity.last_day());
  EXPECT_TRUE(
      identity.why_not_valid(long_ago - std::chrono::days(365)).starts_with("is valid only from"));
}

TEST(ClientIdentity, SaysWhomItNames) {
  const Issued issued;
  const auto identity = identity_of(issued.chain_pem(), issued.key_pem()).value();
  EXPECT_EQ(identity.subject(), "CN=agent.test");
}

/// A server that asks for a certificate, and takes any.
class AskingServer : public testing::Test {
protected:
  AskingServer() {
    const auto file = directory_.path() / "root.pem";
    EXPECT_TRUE(base::write_file(file, authority_.certificate_pem()));
    client_.emplace(
        UpstreamContext::create({.system_roots = SystemRoots::ignored, .ca_files = {file}})
            .value());
  }

  Pair connect(const ClientIdentity* identity, int version = TLS1_3_VERSION) {
    Pair pair(
        client_->new_session("a.test", 443, {}, identity).value(),
        server_.new_session(leaf_).value());
    const auto anybody = [](int, X509_STORE_CTX*) { return 1; };
    SSL_set_verify(pair.server.get(), SSL_VERIFY_PEER, anybody);
    SSL_set_session_id_context(
        pair.server.get(), reinterpret_cast<const unsigned char*>("asking"), 6);
    SSL_set_max_proto_version(pair.client.get(), version);
    EXPECT_TRUE(pair.shake_hands());
    EXPECT_EQ(Pair::send(pair.server, pair.client, "x"), "x");  // with it come the tickets
    return pair;
  }
  static bool knows_client(const Pair& pair) {
    return SSL_get0_peer_certificate(pair.server.get()) != nullptr;
  }
  ClientIdentity identity() const {
    return identity_of(issued_.chain_pem(), issued_.key_pem()).value();
  }

  test::Directory directory_;
  Authority authority_ = test::new_authority();
  Leaf leaf_ = authority_.mint("a.test").value();
  ServerContext server_ = ServerContext::create({}).value();
  std::optional<UpstreamContext> client_;
  Issued issued_;
};

TEST_F(AskingServer, IsShownTheCertificateAndWhatLeadsToItsAuthority) {
  const auto ours = identity();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const auto pair = connect(&ours, version);
    ASSERT_TRUE(knows_client(pair));
    EXPECT_EQ(X509_cmp(SSL_get0_peer_certificate(pair.server.get()), issued_.certificate.get()), 0);
    EXPECT_EQ(sk_X509_num(SSL_get_peer_cert_chain(pair.server.get())), 1);  // without ours
  }
}

TEST_F(AskingServer, IsShownNothingWithoutIdentity) {
  EXPECT_FALSE(knows_client(connect(nullptr)));
}

TEST_F(AskingServer, ASessionThatBeganWithACertificateIsNotResumedWithoutIt) {
  const auto ours = identity();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const auto first = connect(&ours, version);  // its session is good for as long as it lives
    const auto anonymous = connect(nullptr, version);
    EXPECT_FALSE(SSL_session_reused(anonymous.client.get()));
    EXPECT_FALSE(knows_client(anonymous));
  }
}

TEST_F(AskingServer, ASessionIsResumedForTheSameIdentityAlone) {
  const auto ours = identity();
  const Issued another;
  const auto other = identity_of(another.chain_pem(), another.key_pem()).value();
  const auto first = connect(&ours);
  EXPECT_FALSE(SSL_session_reused(connect(&other).client.get()));
  const auto again = connect(&ours);
  EXPECT_TRUE(SSL_session_reused(again.client.get()));
  EXPECT_TRUE(knows_client(again));
}

}  // namespace
}  // namespace tls
