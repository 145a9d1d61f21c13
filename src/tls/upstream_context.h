// SPDX-License-Identifier: Apache-2.0
#pragma once
// TLS towards the servers outside: always verified, for exactly the host that the policy judged.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tls/handle.h"

namespace tls {

enum class SystemRoots : std::uint8_t { trusted, ignored };

struct UpstreamTrust {
  SystemRoots system_roots = SystemRoots::trusted;
  std::vector<std::filesystem::path>
      ca_files{};  // [upstream] ca_files: PEM, any number of certificates each
};

/// Shared by all threads. Sessions made here stay valid after it is gone.
class UpstreamContext {
public:
  /// The error names the file that cannot be trusted.
  static base::Result<UpstreamContext> create(const UpstreamTrust& trust);

  /// A session that connects, without a descriptor yet (SSL_set_fd). The handshake fails unless the
  /// certificate is trusted and names `host` (a normalised name, or an IP address: then there is no
  /// SNI). Resumes an earlier session of the same host and port when there is one; what the server
  /// sends for later is kept.
  base::Result<Ssl> new_session(
      std::string_view host, std::uint16_t port, std::span<const std::string_view> protocols) const;

private:
  explicit UpstreamContext(Context context) : context_(std::move(context)) {}
  Context context_;
};

}  // namespace tls
