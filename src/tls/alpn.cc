// SPDX-License-Identifier: Apache-2.0
#include "tls/alpn.h"

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

}  // namespace tls
