// SPDX-License-Identifier: Apache-2.0
#pragma once
// lazaret's own certificate authority: kept in two files, trusted inside sandboxes only.

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "tls/handle.h"
#include "tls/leaf.h"

namespace tls {

class Authority {
public:
  /// The authority of `directory` (ca.crt 0644, ca.key 0600, the directory 0700). When there is
  /// none, one is made, and every process that starts at the same time gets the same one. One that
  /// has less than 30 days left is renewed with its key and name, so that what trusts the old
  /// certificate keeps working. One that is damaged, does not fit together or has a key others can
  /// read is an error that says what to do; it is never replaced silently.
  static base::Result<Authority> load_or_create(
      const std::filesystem::path& directory, base::WallTime now = base::now());

  /// The certificate alone, as PEM.
  const std::string& certificate_pem() const { return certificate_pem_; }
  const Certificate& certificate() const { return certificate_; }
  /// The eight hexadecimal digits by which OpenSSL finds the certificate in a directory.
  std::string subject_hash() const;

  /// A new leaf for `host`, a normalised DNS name or IP address. Safe from any thread.
  base::Result<Leaf> mint(std::string_view host, base::WallTime now = base::now()) const;

private:
  /// One key for all leaves of this process: generating one costs more than signing. It is made
  /// for the first of them, because a program that opens no TLS need not wait for it.
  struct LeafKey;
  struct ForgetLeafKey {
    void operator()(LeafKey* key) const;
  };

  Authority(Certificate certificate, PrivateKey key);

  Certificate certificate_;
  PrivateKey key_;
  std::unique_ptr<LeafKey, ForgetLeafKey> leaf_key_;
  std::string certificate_pem_;
};

}  // namespace tls
