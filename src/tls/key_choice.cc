// SPDX-License-Identifier: Apache-2.0
#include "tls/key_choice.h"

#include <algorithm>
#include <array>
#include <span>

namespace tls {
namespace {

using Numbers = std::span<const std::uint16_t>;

constexpr std::uint16_t tls_1_3 = 0x0304;

// RFC 8446, 4.2.3 and 4.2.7.
constexpr std::array<std::uint16_t, 1> p256_signatures{0x0403};
constexpr std::array<std::uint16_t, 6> rsa_signatures{
    0x0401, 0x0501, 0x0601,   // PKCS#1 with SHA-256, -384, -512
    0x0804, 0x0805, 0x0806};  // PSS with the same
constexpr std::array<std::uint16_t, 1> p256_group{0x0017};

// Those of context.cc, for TLS 1.2: AES-GCM and ChaCha20 with an ephemeral key.
constexpr std::array<std::uint16_t, 3> ecdsa_ciphers{0xC02B, 0xC02C, 0xCCA9};
constexpr std::array<std::uint16_t, 3> rsa_ciphers{0xC02F, 0xC030, 0xCCA8};

bool has_any(Numbers offered, Numbers wanted) {
  return std::ranges::find_first_of(offered, wanted) != offered.end();
}

/// A list that was not sent excludes nothing.
bool takes_any(const std::optional<std::vector<std::uint16_t>>& offered, Numbers wanted) {
  return !offered || has_any(*offered, wanted);
}

bool takes_signatures(const ClientHello& hello, Numbers wanted) {
  return takes_any(hello.signatures, wanted) && takes_any(hello.certificate_signatures, wanted);
}

/// In TLS 1.3 ciphers and groups say nothing about certificates.
bool speaks_1_3(const ClientHello& hello) {
  return std::ranges::find(hello.versions, tls_1_3) != hello.versions.end();
}

bool takes_p256(const ClientHello& hello) {
  return takes_signatures(hello, p256_signatures) &&
         (speaks_1_3(hello) ||
          (has_any(hello.ciphers, ecdsa_ciphers) && takes_any(hello.groups, p256_group)));
}

bool takes_rsa(const ClientHello& hello) {
  return takes_signatures(hello, rsa_signatures) &&
         (speaks_1_3(hello) || has_any(hello.ciphers, rsa_ciphers));
}

}  // namespace

KeyKind key_for(const ClientHello& hello) {
  return !takes_p256(hello) && takes_rsa(hello) ? KeyKind::rsa : KeyKind::p256;
}

}  // namespace tls
