// SPDX-License-Identifier: Apache-2.0
#include "tls/client_identity.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <array>
#include <cstring>
#include <ctime>
#include <vector>

#include "base/encoding.h"
#include "tls/context.h"

namespace tls {
namespace {

using base::ErrorKind;
using base::Result;
using base::Secret;

Bio reader_of(const Secret& pem) {
  const auto text = pem.reveal();
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

/// What OpenSSL asks for when a key turns out to be encrypted.
struct Passphrase {
  const Secret& known;
  bool was_asked = false;

  static int give(char* room, int size, int, void* self) {
    auto& passphrase = *static_cast<Passphrase*>(self);
    passphrase.was_asked = true;
    const auto text = passphrase.known.reveal();
    if (text.empty() || text.size() > static_cast<std::size_t>(size)) return -1;
    std::memcpy(room, text.data(), text.size());
    return static_cast<int>(text.size());
  }
};

Result<PrivateKey> read_key(const Secret& pem, const Secret& known_passphrase) {
  const Bio in = reader_of(pem);
  Passphrase passphrase{.known = known_passphrase};
  PrivateKey key(PEM_read_bio_PrivateKey(in.get(), nullptr, &Passphrase::give, &passphrase));
  ERR_clear_error();
  if (key) return key;
  if (!passphrase.was_asked) {
    return base::fail(
        ErrorKind::invalid, "there is no private key in PEM",
        "its source is to have a block that begins with `-----BEGIN PRIVATE KEY-----`");
  }
  if (known_passphrase.empty()) {
    return base::fail(
        ErrorKind::invalid, "the private key is encrypted, and there is no passphrase",
        "say where it comes from with `passphrase`");
  }
  return base::fail(ErrorKind::invalid, "the passphrase does not open the private key");
}

std::vector<Certificate> read_certificates(const Secret& pem) {
  const Bio in = reader_of(pem);
  std::vector<Certificate> out;
  while (Certificate certificate{PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)})
    out.push_back(std::move(certificate));
  ERR_clear_error();
  return out;
}

bool belong_together(const Certificate& certificate, const PrivateKey& key) {
  const bool same = X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  return same;
}

std::string fingerprint_of(const Certificate& certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (X509_digest(certificate.get(), EVP_sha256(), digest.data(), &size) != 1) return {};
  return base::to_hex({reinterpret_cast<const char*>(digest.data()), size});
}

std::chrono::sys_seconds time_of(const ASN1_TIME* written) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(written, &parts) != 1) return {};
  return std::chrono::sys_seconds(std::chrono::seconds(::timegm(&parts)));
}

std::string day_of(const ASN1_TIME* written) {
  constexpr std::size_t of_a_day = 10;  // "2026-01-31"
  std::tm parts{};
  std::array<char, of_a_day + 1> text{};
  if (ASN1_TIME_to_tm(written, &parts) != 1) return {};
  std::strftime(text.data(), text.size(), "%Y-%m-%d", &parts);
  return text.data();
}

}  // namespace

Result<ClientIdentity> ClientIdentity::from_pem(
    const Secret& certificates, const Secret& key, const Secret& passphrase) {
  ClientIdentity identity;
  identity.key_ = TRY(read_key(key, passphrase));
  TRY_VOID(identity.take_certificates(certificates));
  TRY_VOID(identity.check());
  return identity;
}

Result<> ClientIdentity::take_certificates(const Secret& pem) {
  auto all = read_certificates(pem);
  if (all.empty()) {
    return base::fail(
        ErrorKind::invalid, "there is no certificate in PEM",
        "its source is to have a block that begins with `-----BEGIN CERTIFICATE-----`");
  }
  chain_.reset(sk_X509_new_null());
  for (auto& each : all) {
    if (!certificate_ && belong_together(each, key_))
      certificate_ = std::move(each);
    else
      sk_X509_push(chain_.get(), each.release());
  }
  if (!certificate_) {
    return base::fail(
        ErrorKind::invalid, "the private key belongs to none of the certificates",
        "give the key that the certificate was issued for");
  }
  fingerprint_ = fingerprint_of(certificate_);
  return {};
}

/// By giving it to a session as connections use them: there OpenSSL looks at strength too.
Result<> ClientIdentity::check() const {
  const Context context = TRY(make_context(TLS_client_method()));
  const Ssl session(SSL_new(context.get()));
  ERR_clear_error();
  if (session && give_to(session.get())) return {};
  const auto reasons = take_openssl_errors();
  return base::fail(
      ErrorKind::invalid,
      "the certificate cannot be used: " + (reasons.empty() ? "OpenSSL refuses it" : reasons),
      "a new one with a key of P-256, or of RSA with 2048 bits and more, will do");
}

std::string ClientIdentity::subject() const {
  const Bio out(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(out.get(), X509_get_subject_name(certificate_.get()), 0, XN_FLAG_RFC2253);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string ClientIdentity::last_day() const {
  return day_of(X509_get0_notAfter(certificate_.get()));
}

std::string ClientIdentity::why_not_valid(base::WallTime now) const {
  // In seconds: some certificates end in the year 9999, which WallTime does not reach.
  const auto today = std::chrono::floor<std::chrono::seconds>(now);
  if (time_of(X509_get0_notAfter(certificate_.get())) < today) return "expired on " + last_day();
  const auto* begin = X509_get0_notBefore(certificate_.get());
  return time_of(begin) > today ? "is valid only from " + day_of(begin) + " on" : std::string();
}

bool ClientIdentity::give_to(SSL* session) const {
  constexpr int in_place_of_others = 1;
  return SSL_use_cert_and_key(
             session, certificate_.get(), key_.get(), chain_.get(), in_place_of_others) == 1;
}

}  // namespace tls
