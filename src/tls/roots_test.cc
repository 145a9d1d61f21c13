// SPDX-License-Identifier: Apache-2.0
#include "tls/roots.h"

#include <gtest/gtest.h>

#include <array>
#include <thread>
#include <vector>

#include "base/file.h"
#include "tls/context.h"
#include "tls/root_index.h"
#include "tls/test_support.h"

namespace tls {
namespace {

std::size_t count_of(SSL_CTX* context) {
  STACK_OF(X509)* const all = X509_STORE_get1_all_certs(SSL_CTX_get_cert_store(context));
  const int count = sk_X509_num(all);
  sk_X509_pop_free(all, X509_free);
  return static_cast<std::size_t>(count);
}

TEST(TrustFile, TakesEveryCertificateAndSkipsComments) {
  const test::Directory directory;
  const auto file = directory.path() / "roots.pem";
  const auto first = test::new_authority().certificate_pem();
  const auto second = test::new_authority().certificate_pem();
  ASSERT_TRUE(base::write_file(file, "# ours\n" + first + "\nanother one\n" + second + "\n"));
  const auto context = make_context(TLS_client_method()).value();
  ASSERT_TRUE(trust_file(context.get(), file));
  EXPECT_EQ(count_of(context.get()), 2U);
}

TEST(TrustFile, RefusesAFileThatIsDamagedHalfway) {
  const test::Directory directory;
  const auto file = directory.path() / "roots.pem";
  const auto pem = test::new_authority().certificate_pem();
  ASSERT_TRUE(base::write_file(file, pem + pem.substr(0, 200)));
  const auto context = make_context(TLS_client_method()).value();
  const auto trusted = trust_file(context.get(), file);
  ASSERT_FALSE(trusted);
  EXPECT_NE(
      trusted.error().message.find("damaged behind its certificate no. 1"), std::string::npos);
}

int verify(const Leaf& leaf, SSL_CTX* context) {
  const std::unique_ptr<X509_STORE_CTX, FreeWith<X509_STORE_CTX_free>> verification(
      X509_STORE_CTX_new());
  X509_STORE_CTX_init(
      verification.get(), SSL_CTX_get_cert_store(context), leaf.certificate.get(), nullptr);
  X509_verify_cert(verification.get());
  return X509_STORE_CTX_get_error(verification.get());
}

TEST(RootIndex, DecodesOnlyTheRootsThatChainsName) {
  const test::Directory directory;
  const auto file = directory.path() / "roots.pem";
  const auto first = test::new_authority();
  const auto second = test::new_authority();
  ASSERT_TRUE(
      base::write_file(file, "text\n" + first.certificate_pem() + second.certificate_pem()));
  const auto context = make_context(TLS_client_method()).value();
  ASSERT_TRUE(RootIndex::attach(SSL_CTX_get_cert_store(context.get()), file));
  EXPECT_EQ(count_of(context.get()), 0U);

  const auto leaf = second.mint("a.test").value();
  EXPECT_EQ(verify(leaf, context.get()), X509_V_OK);
  EXPECT_EQ(verify(leaf, context.get()), X509_V_OK);
  EXPECT_EQ(count_of(context.get()), 1U);
  EXPECT_EQ(verify(first.mint("a.test").value(), context.get()), X509_V_OK);
}

TEST(RootIndex, DoesNotTrustAnAuthorityThatIsNotInTheBundle) {
  const test::Directory directory;
  const auto file = directory.path() / "roots.pem";
  ASSERT_TRUE(base::write_file(file, test::new_authority().certificate_pem()));
  const auto context = make_context(TLS_client_method()).value();
  ASSERT_TRUE(RootIndex::attach(SSL_CTX_get_cert_store(context.get()), file));
  EXPECT_NE(verify(test::new_authority().mint("a.test").value(), context.get()), X509_V_OK);
}

TEST(RootIndex, TrustsNothingFromABundleThatWasDamaged) {
  const test::Directory directory;
  const auto file = directory.path() / "roots.pem";
  const auto authority = test::new_authority();
  const auto& pem = authority.certificate_pem();
  ASSERT_TRUE(base::write_file(file, pem.substr(0, 100) + pem.substr(101)));
  const auto context = make_context(TLS_client_method()).value();
  ASSERT_TRUE(RootIndex::attach(SSL_CTX_get_cert_store(context.get()), file));
  EXPECT_NE(verify(authority.mint("a.test").value(), context.get()), X509_V_OK);
}

TEST(RootIndex, ServesManyThreadsAtOnce) {
  const test::Directory directory;
  const auto file = directory.path() / "roots.pem";
  const auto authority = test::new_authority();
  ASSERT_TRUE(base::write_file(file, authority.certificate_pem()));
  const auto context = make_context(TLS_client_method()).value();
  ASSERT_TRUE(RootIndex::attach(SSL_CTX_get_cert_store(context.get()), file));
  std::array<int, 8> verdicts{};
  {
    std::vector<std::jthread> threads;
    threads.reserve(verdicts.size());
    for (int& verdict : verdicts) {
      threads.emplace_back(
          [&] { verdict = verify(authority.mint("a.test").value(), context.get()); });
    }
  }
  for (const int verdict : verdicts)
    EXPECT_EQ(verdict, X509_V_OK);
}

TEST(RootIndex, NeedsAReadableBundle) {
  const auto context = make_context(TLS_client_method()).value();
  EXPECT_FALSE(RootIndex::attach(SSL_CTX_get_cert_store(context.get()), "/nonexistent/roots.pem"));
}

TEST(RootIndex, KnowsEveryRootOfThisMachine) {
  const auto bundle = find_system_bundle();
  if (!bundle) GTEST_SKIP() << "no roots on this machine";
  const auto all = make_context(TLS_client_method()).value();
  const auto asked = make_context(TLS_client_method()).value();
  ASSERT_TRUE(trust_file(all.get(), *bundle));
  X509_STORE* const store = SSL_CTX_get_cert_store(asked.get());
  RootIndex index(*bundle);
  STACK_OF(X509)* const roots = X509_STORE_get1_all_certs(SSL_CTX_get_cert_store(all.get()));
  for (int i = 0; i < sk_X509_num(roots); ++i)
    index.supply(store, X509_get_subject_name(sk_X509_value(roots, i)));
  sk_X509_pop_free(roots, X509_free);
  EXPECT_EQ(count_of(asked.get()), count_of(all.get()));
}

}  // namespace
}  // namespace tls
