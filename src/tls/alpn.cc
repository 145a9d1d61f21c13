// SPDX-License-Identifier: Apache-2.0
#include "tls/alpn.h"

#include <openssl/ssl.h>

namespace tls {

base::Result<std::string> encode_alpn(std::span<const std::string_view> protocols) {
  std::string out;
  for (const auto protocol : protocols) {
    if (protocol.empty() || protocol.size() > 255) {
      return base::fail(
          base::ErrorKind::invalid, "an application protocol's name has 1 to 255 bytes");
    }
    out += static_cast<char>(protocol.size());
    out += protocol;
  }
  return out;
}

std::string_view negotiated_protocol(const SSL* session) {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(session, &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

}  // namespace tls
