// SPDX-License-Identifier: Apache-2.0
#include "tls/roots.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <array>
#include <cstdlib>
#include <system_error>

#include "base/file.h"
#include "tls/root_index.h"

namespace tls {
namespace {

using base::ErrorKind;
using base::Result;
using std::filesystem::path;

constexpr std::array bundles = {
    "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Arch, Gentoo, NixOS
    "/etc/pki/tls/certs/ca-bundle.crt",                   // Fedora
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // CentOS
    "/etc/ssl/ca-bundle.pem",                             // openSUSE
    "/etc/ssl/cert.pem",                                  // Alpine
};

bool is_file(const path& file) {
  std::error_code error;
  return std::filesystem::is_regular_file(file, error);
}

/// The certificates of a file as they are read; ends with null, and `damaged` tells why.
Certificate next_certificate(BIO* in, bool& damaged) {
  Certificate certificate(PEM_read_bio_X509_AUX(in, nullptr, nullptr, const_cast<char*>("")));
  const unsigned long code = ERR_peek_last_error();
  damaged = !certificate && ERR_GET_REASON(code) != PEM_R_NO_START_LINE;
  if (!certificate) ERR_clear_error();
  return certificate;
}

}  // namespace

Result<> trust_system_roots(SSL_CTX* context) {
  path bundle = TRY(find_system_bundle());
  TRY_VOID(RootIndex::attach(SSL_CTX_get_cert_store(context), std::move(bundle)));
  const char* directory = ::secure_getenv("SSL_CERT_DIR");
  if (directory != nullptr && SSL_CTX_load_verify_dir(context, directory) != 1) {
    return fail_openssl(fmt::format("trust the certificates in {}", directory));
  }
  return {};
}

Result<> trust_file(SSL_CTX* context, const path& file) {
  const std::string text = TRY(base::read_file(file));
  const Bio in(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  X509_STORE* const store = SSL_CTX_get_cert_store(context);
  std::size_t count = 0;
  bool damaged = false;
  while (const Certificate certificate = next_certificate(in.get(), damaged)) {
    if (X509_STORE_add_cert(store, certificate.get()) != 1)
      return fail_openssl("trust " + file.native());
    ++count;
  }
  if (damaged) {
    return base::fail(
        ErrorKind::invalid,
        fmt::format("{} is damaged behind its certificate no. {}", file.native(), count));
  }
  if (count == 0) {
    return base::fail(
        ErrorKind::invalid, file.native() + " holds no certificate",
        "give a PEM file, with -----BEGIN CERTIFICATE----- lines");
  }
  return {};
}

Result<path> find_system_bundle() {
  if (const char* chosen = ::secure_getenv("SSL_CERT_FILE")) return chosen;
  for (const char* bundle : bundles) {
    if (is_file(bundle)) return bundle;
  }
  return base::fail(
      ErrorKind::not_found, "this machine has no list of trusted certificates",
      "install the package ca-certificates, or set SSL_CERT_FILE");
}

}  // namespace tls
