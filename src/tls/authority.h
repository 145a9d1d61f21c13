// SPDX-License-Identifier: Apache-2.0
#pragma once
// lazaret's own certificate authority: kept in files, trusted inside sandboxes only.
//
// It has a root of each kind of key. A client that takes no signature of ECDSA can check none in a
// chain either, so for such a client leaf and root are of RSA.

#include <array>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "tls/handle.h"
#include "tls/issue.h"
#include "tls/leaf.h"

namespace tls {

class Authority {
public:
  /// The authority of `directory` (ca.crt 0644, ca.key 0600, the directory 0700; ca-rsa.crt and
  /// ca-rsa.key likewise). What there is not is made, and every process that starts at the same
  /// time gets the same one. A root that has less than 30 days left is renewed with its key and
  /// name, so that what trusts the old certificate keeps working. One that is damaged, does not fit
  /// together or has a key others can read is an error that says what to do; it is never replaced
  /// silently.
  static base::Result<Authority> load_or_create(
      const std::filesystem::path& directory, base::WallTime now = base::now());

  /// The certificate alone, as PEM.
  const std::string& certificate_pem(KeyKind kind = KeyKind::p256) const;
  const Certificate& certificate(KeyKind kind = KeyKind::p256) const;
  /// The eight hexadecimal digits by which OpenSSL finds the certificate in a directory.
  std::string subject_hash(KeyKind kind = KeyKind::p256) const;

  /// A new leaf for `host`, a normalised DNS name or IP address. Safe from any thread. The first of
  /// a kind takes as long as making its key.
  base::Result<Leaf> mint(
      std::string_view host, KeyKind kind = KeyKind::p256, base::WallTime now = base::now()) const;

  /// Whether `mint` need not make a key. Making one of P-256 takes no time worth waiting for.
  bool is_prepared(KeyKind kind) const;
  /// What makes the key for the leaves of this kind, to be run on any thread, also when the
  /// authority has gone. Nothing when that is done, or another's task already.
  std::function<void()> preparation(KeyKind kind) const;

private:
  /// One key for all leaves of this process: generating one costs more than signing. It is made
  /// for the first of them, because a program that opens no TLS need not wait for it.
  class LeafKey;
  struct Root {
    Certificate certificate{};
    PrivateKey key{};
    std::string pem{};
    std::shared_ptr<LeafKey> leaf_key{};
  };
  using Roots = std::array<Root, key_kinds.size()>;

  explicit Authority(Roots roots);
  const Root& root(KeyKind kind) const { return roots_[static_cast<std::size_t>(kind)]; }

  Roots roots_;
};

}  // namespace tls
