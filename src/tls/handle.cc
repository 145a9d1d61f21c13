// SPDX-License-Identifier: Apache-2.0
#include "tls/handle.h"

#include <openssl/err.h>

namespace tls {

Certificate share(const Certificate& certificate) {
  if (certificate) X509_up_ref(certificate.get());
  return Certificate(certificate.get());
}

PrivateKey share(const PrivateKey& key) {
  if (key) EVP_PKEY_up_ref(key.get());
  return PrivateKey(key.get());
}

std::string take_openssl_errors() {
  std::string out;
  while (const unsigned long code = ERR_get_error()) {
    const char* reason = ERR_reason_error_string(code);
    if (!out.empty()) out += "; ";
    out += reason != nullptr ? reason : "error " + std::to_string(code);
  }
  return out;
}

std::unexpected<base::Error> fail_openssl(std::string_view doing) {
  const std::string reasons = take_openssl_errors();
  return base::fail(
      base::ErrorKind::internal,
      std::string(doing) + (reasons.empty() ? " failed" : ": " + reasons));
}

}  // namespace tls
