// SPDX-License-Identifier: Apache-2.0
#pragma once
// The two files of an authority (ca.crt and ca.key, of RSA ca-rsa.crt and ca-rsa.key), and how many
// processes agree on them.
//
// Readers need no lock: each file is replaced whole, and a renewal keeps the key, so every pair
// that can be seen fits together. Writers hold an exclusive lock on the directory and look again
// before they write.

#include <filesystem>

#include "base/clock.h"
#include "base/result.h"
#include "tls/handle.h"
#include "tls/issue.h"

namespace tls {

struct AuthorityPair {
  Certificate certificate;
  PrivateKey key;
};

/// What Authority::load_or_create promises about the files.
base::Result<AuthorityPair> load_or_create_pair(
    const std::filesystem::path& directory, KeyKind kind, base::WallTime now);

}  // namespace tls
