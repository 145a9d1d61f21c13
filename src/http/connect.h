// SPDX-License-Identifier: Apache-2.0
#pragma once
// CONNECT, as a client of a proxy asks for a tunnel (RFC 9110, 9.3.6) and says who it is (Basic,
// RFC 7617).

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "http/h1.h"

namespace http {

/// Views; the words are not encoded in any way.
struct BasicLogin {
  std::string_view user;
  std::string_view password;
};

/// The whole request for a tunnel to `host`, a normalised name or address.
base::Result<base::Secret> connect_request(
    std::string_view host, std::uint16_t port, std::optional<BasicLogin> login);

/// Says who is asking, in a head for a proxy that ends with its empty line. Wipe it when it has
/// gone.
void append_proxy_login(std::string& head, const BasicLogin& login);

/// What a proxy answered in the end.
struct ConnectAnswer {
  int status = 0;
  bool open() const { return status >= 200 && status < 300; }
  bool operator==(const ConnectAnswer&) const = default;
};

/// Reads the answer and the interim ones before it. A tunnel's answer has no body, whatever its
/// fields say: what follows an open one comes from the far side.
class ConnectReader {
public:
  ConnectReader();

  /// Each call's buffer begins with that of the call before. All heads together are bounded.
  Parsed<ConnectAnswer> parse(std::string_view buffer);

private:
  Limits limits_;
  ResponseParser parser_;
  std::size_t begin_ = 0;  // of the head being read
  int interim_ = 0;
};

}  // namespace http
