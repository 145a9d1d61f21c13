// SPDX-License-Identifier: Apache-2.0
#pragma once
// The roots of a bundle, each decoded only when a chain asks for its issuer.
//
// Decoding all of a system's 150 roots takes OpenSSL 3.0 some 40 ms and megabytes; a sandbox meets
// a handful. So the file is read when the first certificate is to be verified, and split into
// undecoded certificates by the hash of their subject; the first chain that names a subject moves
// its certificates into the ordinary store.

#include <openssl/x509.h>

#include <filesystem>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/result.h"
#include "tls/handle.h"

namespace tls {

class RootIndex {
public:
  /// `store` looks into the bundle from now on, whenever it looks for the issuer of a certificate.
  /// The file must be readable; what it holds is seen later, and what does not parse then is not
  /// trusted.
  static base::Result<> attach(X509_STORE* store, std::filesystem::path bundle);

  explicit RootIndex(std::filesystem::path bundle) : bundle_(std::move(bundle)) {}

  /// Moves the certificates with this subject into `store`. Safe from any thread.
  void supply(X509_STORE* store, const X509_NAME* subject);

private:
  void read();

  std::filesystem::path bundle_;
  std::mutex mutex_;
  bool read_ = false;
  std::unordered_multimap<unsigned long, std::string> undecoded_;  // by X509_NAME_hash_ex: DER
};

}  // namespace tls
