// SPDX-License-Identifier: Apache-2.0
#include "tls/root_index.h"

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <unistd.h>

#include <memory>
#include <optional>

#include "base/file.h"
#include "tls/attached.h"

namespace tls {
namespace {

using Name = std::unique_ptr<X509_NAME, FreeWith<X509_NAME_free>>;

unsigned long hash_of(const X509_NAME* name) {
  return X509_NAME_hash_ex(name, nullptr, nullptr, nullptr);
}

/// Walks the elements of DER, without decoding what they hold.
class Der {
public:
  explicit Der(std::string_view bytes)
      : at_(reinterpret_cast<const unsigned char*>(bytes.data())), end_(at_ + bytes.size()) {}

  /// Continues inside the next element.
  bool enter() {
    const auto size = header();
    if (size) end_ = at_ + *size;
    return size.has_value();
  }
  bool skip() {
    const auto size = header();
    if (size) at_ += *size;
    return size.has_value();
  }
  /// The next element is tagged [0].
  bool at_version() const { return at_ != end_ && *at_ == 0xA0; }
  Name name() {
    const unsigned char* at = at_;
    return Name(d2i_X509_NAME(nullptr, &at, end_ - at_));
  }

private:
  std::optional<long> header() {
    long size = 0;
    int tag = 0;
    int kind = 0;
    if ((ASN1_get_object(&at_, &size, &tag, &kind, end_ - at_) & 0x80) != 0) return std::nullopt;
    return size;
  }
  const unsigned char* at_;
  const unsigned char* end_;
};

/// Certificate ::= { tbs { [0] version?, serial, algorithm, issuer, validity, subject, … }, … }
Name subject_of(std::string_view certificate) {
  Der der(certificate);
  if (!der.enter() || !der.enter()) return nullptr;
  if (der.at_version() && !der.skip()) return nullptr;
  for (int skipped = 0; skipped < 4; ++skipped) {
    if (!der.skip()) return nullptr;
  }
  return der.name();
}

/// The next certificate of a PEM file, undecoded.
std::optional<std::string> next_certificate(BIO* in) {
  unsigned char* data = nullptr;
  long size = 0;
  if (PEM_bytes_read_bio(&data, &size, nullptr, PEM_STRING_X509, in, nullptr, nullptr) != 1)
    return std::nullopt;
  std::string der(reinterpret_cast<char*>(data), static_cast<std::size_t>(size));
  OPENSSL_free(data);
  return der;
}

void supply(X509_STORE_CTX* verification, const X509_NAME* subject) {
  X509_STORE* const store = X509_STORE_CTX_get0_store(verification);
  Attached<RootIndex>::to(store)->supply(store, subject);
}

int find_issuer(X509** issuer, X509_STORE_CTX* verification, X509* certificate) {
  supply(verification, X509_get_issuer_name(certificate));
  return X509_STORE_CTX_get1_issuer(issuer, verification, certificate);
}

STACK_OF(X509) * find_certificates(X509_STORE_CTX* verification, const X509_NAME* subject) {
  supply(verification, subject);
  return X509_STORE_CTX_get1_certs(verification, subject);
}

}  // namespace

base::Result<> RootIndex::attach(X509_STORE* store, std::filesystem::path bundle) {
  if (::access(bundle.c_str(), R_OK) != 0) return base::fail_errno("read", bundle.native());
  if (!Attached<RootIndex>::attach(store, std::make_unique<RootIndex>(std::move(bundle)))) {
    return fail_openssl("set up the trusted certificates");
  }
  X509_STORE_set_get_issuer(store, find_issuer);
  X509_STORE_set_lookup_certs(store, find_certificates);
  return {};
}

void RootIndex::supply(X509_STORE* store, const X509_NAME* subject) {
  const std::scoped_lock lock(mutex_);
  if (!read_) read();
  const auto [first, last] = undecoded_.equal_range(hash_of(subject));
  for (auto entry = first; entry != last; ++entry) {
    const auto* at = reinterpret_cast<const unsigned char*>(entry->second.data());
    const Certificate root(d2i_X509(nullptr, &at, static_cast<long>(entry->second.size())));
    if (root) X509_STORE_add_cert(store, root.get());
  }
  undecoded_.erase(first, last);
}

void RootIndex::read() {
  read_ = true;
  const auto text = base::read_file(bundle_);
  if (!text) return;
  const Bio in(BIO_new_mem_buf(text->data(), static_cast<int>(text->size())));
  while (auto certificate = next_certificate(in.get())) {
    if (const Name subject = subject_of(*certificate)) {
      undecoded_.emplace(hash_of(subject.get()), std::move(*certificate));
    }
  }
  ERR_clear_error();  // the end of the file counts as an error
}

}  // namespace tls
