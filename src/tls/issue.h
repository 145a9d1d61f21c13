// SPDX-License-Identifier: Apache-2.0
#pragma once
// The certificates lazaret makes: its authority and the leaves that authority signs. No files, no
// state.

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "tls/handle.h"

namespace tls {

/// How long a leaf is valid; public clients refuse more than 398 days.
inline constexpr std::chrono::days leaf_lifetime{30};
/// Certificates begin this long ago: a virtual machine's clock may be behind.
inline constexpr std::chrono::days clock_tolerance{1};
inline constexpr std::chrono::days authority_lifetime{3650};

/// ECDSA on P-256 is what nearly every client takes and is cheap to make and to use. RSA with 2048
/// bits is for those that take nothing else; to make such a key takes 0.1 s, now and then 0.5 s.
enum class KeyKind : std::uint8_t { p256, rsa };
inline constexpr std::array key_kinds{KeyKind::p256, KeyKind::rsa};

base::Result<PrivateKey> generate_key(KeyKind kind = KeyKind::p256);

/// A self-signed authority: critical CA with path length 0, may sign certificates and revocation
/// lists, nothing else.
base::Result<Certificate> issue_authority(
    const PrivateKey& key, std::string_view common_name, base::WallTime now);

/// A server certificate for `host` (a DNS name, or an IPv4 or IPv6 address), signed by the
/// authority, never valid longer than it. `invalid` for everything else, wildcards included.
base::Result<Certificate> issue_leaf(
    std::string_view host,
    const PrivateKey& leaf_key,
    const Certificate& authority,
    const PrivateKey& authority_key,
    base::WallTime now);

/// "-----BEGIN CERTIFICATE-----…"
std::string to_pem(const Certificate& certificate);

/// When the certificate expires.
base::WallTime expiry_of(const Certificate& certificate);

}  // namespace tls
