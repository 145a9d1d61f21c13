// SPDX-License-Identifier: Apache-2.0
#pragma once
// The messages of a SOCKS 5 client (RFC 1928, with user and password after RFC 1929), without
// sockets.
//
// A reader looks at the front of what arrived and takes nothing beyond its message: what follows
// the last one comes from the far side.

#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "base/secret.h"

namespace net::socks5 {

struct NeedMore {
  bool operator==(const NeedMore&) const = default;
};

struct Malformed {
  std::string_view reason{};  // a sentence without any of the message's bytes
  bool operator==(const Malformed&) const = default;
};

template <class T>
struct Complete {
  T value{};
  std::size_t consumed = 0;
  bool operator==(const Complete&) const = default;
};

template <class T>
using Parsed = std::variant<NeedMore, Complete<T>, Malformed>;

enum class Login { none, password };

/// What the server chose of what was offered, or that it takes none of it.
enum class Method : std::uint8_t { none = 0, password = 2, not_acceptable = 0xFF };

enum class Reply : std::uint8_t {
  succeeded = 0,
  general_failure = 1,
  not_allowed = 2,
  network_unreachable = 3,
  host_unreachable = 4,
  connection_refused = 5,
  ttl_expired = 6,
  command_not_supported = 7,
  address_type_not_supported = 8,
};

/// "the proxy's rules do not allow it": the end of a sentence.
std::string_view explain(Reply reply);

/// A name of at most 255 bytes, or an address.
using Destination = std::variant<std::string, boost::asio::ip::address>;

std::string greeting(Login login);
/// A method that was not offered is malformed.
Parsed<Method> read_method(std::string_view bytes, Login offered);

/// Both words at most 255 bytes.
base::Result<base::Secret> login_request(std::string_view user, std::string_view password);
/// Whether the login was accepted.
Parsed<bool> read_login_reply(std::string_view bytes);

base::Result<std::string> connect_request(const Destination& to, std::uint16_t port);
Parsed<Reply> read_reply(std::string_view bytes);

}  // namespace net::socks5
