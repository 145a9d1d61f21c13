// SPDX-License-Identifier: Apache-2.0
#include "tls/authority.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "base/file.h"
#include "tls/issue.h"
#include "tls/test_support.h"

namespace tls {
namespace {

using Store = std::unique_ptr<X509_STORE, FreeWith<X509_STORE_free>>;
using StoreContext = std::unique_ptr<X509_STORE_CTX, FreeWith<X509_STORE_CTX_free>>;

/// OpenSSL's strict verdict on a server certificate.
int verify(const Certificate& leaf, const Certificate& root) {
  const Store store(X509_STORE_new());
  X509_STORE_add_cert(store.get(), root.get());
  const StoreContext context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), nullptr);
  X509_STORE_CTX_set_flags(context.get(), X509_V_FLAG_X509_STRICT | X509_V_FLAG_CHECK_SS_SIGNATURE);
  X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_SSL_SERVER);
  X509_verify_cert(context.get());
  return X509_STORE_CTX_get_error(context.get());
}

mode_t mode_of(const std::filesystem::path& file) {
  struct stat found{};
  EXPECT_EQ(::stat(file.c_str(), &found), 0);
  return found.st_mode & 0777U;
}

std::string read(const std::filesystem::path& file) { return base::read_file(file).value(); }

std::string name_of(const Authority& authority) {
  char name[65] = {};
  X509_NAME_get_text_by_NID(
      X509_get_subject_name(authority.certificate().get()), NID_commonName, name, sizeof name);
  return name;
}

TEST(Authority, IsKeptInPrivateFiles) {
  const test::Directory directory;
  const auto home = directory.path() / "data" / "ca";
  ASSERT_TRUE(Authority::load_or_create(home));
  EXPECT_EQ(mode_of(home), 0700U);
  EXPECT_EQ(mode_of(home / "ca.crt"), 0644U);
  EXPECT_EQ(mode_of(home / "ca.key"), 0600U);
  EXPECT_EQ(mode_of(home / "ca-rsa.crt"), 0644U);
  EXPECT_EQ(mode_of(home / "ca-rsa.key"), 0600U);
}

TEST(Authority, IsTheSameTheNextTime) {
  const test::Directory directory;
  const auto first = Authority::load_or_create(directory.path());
  const auto second = Authority::load_or_create(directory.path());
  EXPECT_EQ(first->certificate_pem(), second->certificate_pem());
  EXPECT_EQ(first->certificate_pem(), read(directory.path() / "ca.crt"));
}

TEST(Authority, OfAnEarlierVersionGetsItsRsaRoot) {
  const test::Directory directory;
  const auto first = Authority::load_or_create(directory.path()).value();
  std::filesystem::remove(directory.path() / "ca-rsa.crt");
  std::filesystem::remove(directory.path() / "ca-rsa.key");
  const auto second = Authority::load_or_create(directory.path()).value();
  EXPECT_EQ(first.certificate_pem(), second.certificate_pem());
  EXPECT_NE(first.certificate_pem(KeyKind::rsa), second.certificate_pem(KeyKind::rsa));
}

TEST(Authority, HasTheKeyForRsaLeavesMadeByOneTask) {
  auto authority = std::make_unique<Authority>(test::new_authority());
  EXPECT_TRUE(authority->is_prepared(KeyKind::p256));
  EXPECT_FALSE(authority->is_prepared(KeyKind::rsa));
  const auto work = authority->preparation(KeyKind::rsa);
  ASSERT_TRUE(work);
  EXPECT_FALSE(authority->preparation(KeyKind::rsa));
  work();
  EXPECT_TRUE(authority->is_prepared(KeyKind::rsa));
  EXPECT_FALSE(authority->preparation(KeyKind::rsa));
  authority.reset();
  work();
}

TEST(Authority, MaySignServersAndNoFurtherAuthority) {
  const auto authority = test::new_authority();
  X509* const certificate = authority.certificate().get();
  EXPECT_TRUE(name_of(authority).starts_with("lazaret CA "));
  EXPECT_EQ(X509_get_pathlen(certificate), 0);
  EXPECT_EQ(X509_get_key_usage(certificate), static_cast<unsigned>(KU_KEY_CERT_SIGN | KU_CRL_SIGN));
  EXPECT_EQ(X509_check_ca(certificate), 1);
  EXPECT_GT(expiry_of(authority.certificate()), base::now() + std::chrono::days(3600));
}

TEST(Authority, ProcessesThatStartAtOnceAgree) {
  const test::Directory directory;
  const auto home = directory.path() / "ca";
  std::vector<pid_t> children;
  for (int i = 0; i < 100; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      const auto authority = Authority::load_or_create(home);
      const auto file = directory.path() / ("seen-" + std::to_string(::getpid()));
      ::_exit(authority && base::write_file(file, authority->certificate_pem()) ? 0 : 1);
    }
    children.push_back(child);
  }
  std::set<std::string> seen;
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_EQ(status, 0);
    seen.insert(read(directory.path() / ("seen-" + std::to_string(child))));
  }
  EXPECT_EQ(seen.size(), 1U);
}

TEST(Authority, IsRenewedWithItsKeyAndNameBeforeItExpires) {
  const test::Directory directory;
  const auto old =
      Authority::load_or_create(directory.path(), base::now() - std::chrono::days(3630)).value();
  const auto renewed = Authority::load_or_create(directory.path()).value();
  EXPECT_GT(expiry_of(renewed.certificate()), base::now() + std::chrono::days(3600));
  EXPECT_EQ(name_of(renewed), name_of(old));
  // Whoever trusts the old certificate accepts what the renewed authority signs.
  EXPECT_EQ(verify(renewed.mint("a.test")->certificate, old.certificate()), X509_V_OK);
}

TEST(Authority, FinishesWhatAnInterruptedStartBegan) {
  const test::Directory directory;
  ASSERT_TRUE(Authority::load_or_create(directory.path()));
  const auto key = read(directory.path() / "ca.key");
  std::filesystem::remove(directory.path() / "ca.crt");
  ASSERT_TRUE(Authority::load_or_create(directory.path()));
  EXPECT_EQ(read(directory.path() / "ca.key"), key);
}

/// Something happens to the files; the next start says so and leaves them alone.
struct Damage {
  const char* name;
  void (*happen)(const std::filesystem::path&);
  const char* message;
};

class DamagedAuthority : public testing::TestWithParam<Damage> {};

TEST_P(DamagedAuthority, IsRefusedWithARemedy) {
  const test::Directory directory;
  ASSERT_TRUE(Authority::load_or_create(directory.path()));
  GetParam().happen(directory.path());
  const auto loaded = Authority::load_or_create(directory.path());
  ASSERT_FALSE(loaded);
  EXPECT_NE(loaded.error().message.find(GetParam().message), std::string::npos)
      << loaded.error().message;
  EXPECT_FALSE(loaded.error().hint.empty());
}

constexpr Damage damages[] = {
    {"KeyOfAnother",
     [](const auto& home) {
       ASSERT_TRUE(Authority::load_or_create(home / "other"));
       std::filesystem::rename(home / "other" / "ca.key", home / "ca.key");
     },
     "ca.key is not the key of ca.crt"},
    {"RsaKeyMissing", [](const auto& home) { std::filesystem::remove(home / "ca-rsa.key"); },
     "ca-rsa.key is missing"},
    {"RsaKeyOfTheOtherKind",
     [](const auto& home) {
       std::filesystem::copy_file(
           home / "ca.key", home / "ca-rsa.key", std::filesystem::copy_options::overwrite_existing);
     },
     "ca-rsa.key: a key of another kind"},
    {"KeyMissing", [](const auto& home) { std::filesystem::remove(home / "ca.key"); },
     "ca.key is missing"},
    {"KeyEmpty", [](const auto& home) { ASSERT_TRUE(base::write_file(home / "ca.key", "", 0600)); },
     "ca.key: "},
    {"CertificateTorn",
     [](const auto& home) { std::filesystem::resize_file(home / "ca.crt", 200); }, "ca.crt: "},
    {"CertificateIsALeaf",
     [](const auto& home) {
       const Bio in(BIO_new_file((home / "ca.key").c_str(), "r"));
       const PrivateKey key(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr));
       const auto authority = issue_authority(key, "x", base::now()).value();
       const auto leaf = issue_leaf("a.test", key, authority, key, base::now()).value();
       ASSERT_TRUE(base::write_file(home / "ca.crt", to_pem(leaf)));
     },
     "not a certificate authority"},
    {"KeyReadableByOthers", [](const auto& home) { ::chmod((home / "ca.key").c_str(), 0640); },
     "can be read by others"},
    {"DirectoryWritableByOthers", [](const auto& home) { ::chmod(home.c_str(), 0777); },
     "can be written by others"},
};

INSTANTIATE_TEST_SUITE_P(Table, DamagedAuthority, testing::ValuesIn(damages), [](const auto& row) {
  return row.param.name;
});

TEST(Mint, MakesACertificateThatOpenSslAcceptsStrictly) {
  const auto authority = test::new_authority();
  for (const auto* host :
       {"a.test", "xn--bcher-kva.example.com", "_x.a.test", "localhost", "192.0.2.7",
        "2001:db8::1"}) {
    const auto leaf = authority.mint(host);
    ASSERT_TRUE(leaf) << host;
    EXPECT_EQ(verify(leaf->certificate, authority.certificate()), X509_V_OK) << host;
    const auto rsa = authority.mint(host, KeyKind::rsa);
    ASSERT_TRUE(rsa) << host;
    EXPECT_EQ(verify(rsa->certificate, authority.certificate(KeyKind::rsa)), X509_V_OK) << host;
  }
}

TEST(Mint, NamesTheHostAndOnlyIt) {
  const auto authority = test::new_authority();
  const auto leaf = authority.mint("a.test").value();
  X509* const certificate = leaf.certificate.get();
  EXPECT_EQ(X509_check_host(certificate, "a.test", 0, 0, nullptr), 1);
  EXPECT_EQ(X509_check_host(certificate, "b.a.test", 0, 0, nullptr), 0);
  EXPECT_EQ(X509_check_ca(certificate), 0);
  EXPECT_EQ(X509_get_key_usage(certificate), static_cast<unsigned>(KU_DIGITAL_SIGNATURE));
  EXPECT_EQ(X509_get_extended_key_usage(certificate), static_cast<unsigned>(XKU_SSL_SERVER));
}

TEST(Mint, TakesNamesLongerThanACommonName) {
  const auto authority = test::new_authority();
  const std::string host = std::string(60, 'a') + "." + std::string(60, 'b') + ".test";
  const auto leaf = authority.mint(host).value();
  EXPECT_EQ(X509_check_host(leaf.certificate.get(), host.c_str(), 0, 0, nullptr), 1);
  EXPECT_EQ(verify(leaf.certificate, authority.certificate()), X509_V_OK);
}

TEST(Mint, RefusesWhatIsNotAHost) {
  const auto authority = test::new_authority();
  const std::string_view odd[] = {
      "",
      ".",
      "a..test",
      "a.test.",
      "*.a.test",
      "a b.test",
      "a.test\n",
      {"a.test\0", 7},
      "ä.test",
      "a.test,DNS:b.test",
      "1.2.3",
      "0x7f.1",
      "127.1",
      "[::1]",
      "fe80::1%eth0",
      "192.0.2.0/24"};
  for (const auto host : odd)
    EXPECT_FALSE(authority.mint(host)) << host;
  EXPECT_FALSE(authority.mint(std::string(64, 'a') + ".test"));
  std::string longest = "a";
  while (longest.size() < 254)
    longest += ".a";
  EXPECT_FALSE(authority.mint(longest));
}

TEST(Mint, NeverRepeatsASerial) {
  const auto authority = test::new_authority();
  std::set<std::string> serials;
  for (int i = 0; i < 50; ++i) {
    const auto leaf = authority.mint("a.test").value();
    const auto* serial = X509_get0_serialNumber(leaf.certificate.get());
    EXPECT_EQ(ASN1_STRING_length(serial), 16);
    serials.emplace(reinterpret_cast<const char*>(ASN1_STRING_get0_data(serial)), 16);
  }
  EXPECT_EQ(serials.size(), 50U);
}

TEST(Mint, ToleratesAClockThatIsBehindAndStaysShort) {
  const auto authority = test::new_authority();
  const auto now = base::now();
  const auto leaf = authority.mint("a.test", KeyKind::p256, now).value();
  EXPECT_LE(expiry_of(leaf.certificate), now + std::chrono::days(397));
  EXPECT_LT(leaf.renew_at, expiry_of(leaf.certificate));
}

TEST(Mint, DoesNotOutliveTheAuthority) {
  const test::Directory directory;
  const auto authority = Authority::load_or_create(directory.path()).value();
  const auto late = base::now() + std::chrono::days(3645);
  EXPECT_EQ(
      expiry_of(authority.mint("a.test", KeyKind::p256, late)->certificate),
      expiry_of(authority.certificate()));
}

}  // namespace
}  // namespace tls
