// SPDX-License-Identifier: Apache-2.0
#pragma once
// The URL of a proxy of the user's network, as people write it in a file or in HTTPS_PROXY.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace policy {

enum class ProxyKind {
  http,     // CONNECT; a request in clear with its URL
  https,    // likewise, over TLS to the proxy
  socks5,   // the address that a name has here is asked for
  socks5h,  // the name itself is
};

struct ProxyLogin {
  base::Secret user{};  // never empty, without ':'
  base::Secret password{};
};

struct ProxyUrl {
  ProxyKind kind = ProxyKind::http;
  std::string host{};  // normalised
  std::uint16_t port = 0;
  std::optional<ProxyLogin> login{};

  /// "proxy.example:3128": what may be told to anybody.
  std::string place() const;
};

/// "http://user:password@host:port", user and password percent-encoded (RFC 3986, 3.2.1). Without a
/// scheme it is http; without a port 80, 443 or 1080. The error never holds any of the text.
base::Result<ProxyUrl> parse_proxy_url(std::string_view text);

}  // namespace policy
