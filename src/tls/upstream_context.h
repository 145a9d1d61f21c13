// SPDX-License-Identifier: Apache-2.0
#pragma once
// TLS towards the servers outside: always verified, for exactly the host that the policy judged.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tls/client_identity.h"
#include "tls/handle.h"

namespace tls {

enum class SystemRoots : std::uint8_t { trusted, ignored };

struct UpstreamTrust {
  SystemRoots system_roots = SystemRoots::trusted;
  std::vector<std::filesystem::path>
      ca_files{};  // [upstream] ca_files: PEM, any number of certificates each
};

/// Whether the server of this session asked for a certificate and was shown none: it may end the
/// connection for that, and in TLS 1.3 it does so behind the handshake.
bool asked_in_vain(const SSL* session);

/// Shared by all threads. Sessions made here stay valid after it is gone.
class UpstreamContext {
public:
  /// The error names the file that cannot be trusted.
  static base::Result<UpstreamContext> create(const UpstreamTrust& trust);

  /// A session that connects, without a descriptor yet. The handshake fails unless the
  /// certificate is trusted and names `host` (a normalised name, or an IP address: then there is no
  /// SNI). A server that asks is shown `identity`; without one, nothing. It may ask in the
  /// handshake only: neither renegotiation nor authentication behind it (RFC 8446, 4.6.2) is
  /// offered. Resumes an earlier session of the same host, port and identity when there is one: the
  /// server takes it for whoever began it. What the server sends for later is kept.
  base::Result<Ssl> new_session(
      std::string_view host,
      std::uint16_t port,
      std::span<const std::string_view> protocols,
      const ClientIdentity* identity = nullptr) const;

private:
  explicit UpstreamContext(Context context) : context_(std::move(context)) {}
  Context context_;
};

}  // namespace tls
