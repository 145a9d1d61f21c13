// SPDX-License-Identifier: Apache-2.0
#pragma once
// OpenSSL's objects as values that free themselves, and its error queue as a sentence.

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tls {

template <auto Free>
struct FreeWith {
  void operator()(auto* object) const noexcept { Free(object); }
};

using Certificate = std::unique_ptr<X509, FreeWith<X509_free>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using Bio = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;
using Context = std::unique_ptr<SSL_CTX, FreeWith<SSL_CTX_free>>;
using Ssl = std::unique_ptr<SSL, FreeWith<SSL_free>>;
using Session = std::unique_ptr<SSL_SESSION, FreeWith<SSL_SESSION_free>>;

/// A second owner of the same object.
Certificate share(const Certificate& certificate);
PrivateKey share(const PrivateKey& key);

/// The reasons in this thread's OpenSSL error queue, oldest first, joined by "; "; empties the
/// queue. Only OpenSSL's own fixed texts, never bytes of a peer or of a file.
std::string take_openssl_errors();
/// "doing: reasons" as an error to return.
std::unexpected<base::Error> fail_openssl(std::string_view doing);

}  // namespace tls
