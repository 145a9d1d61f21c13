// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a TLS client says before anything is encrypted, read from the first bytes of a connection
// without taking them.
//
// The hello may be split over several records and arrive in pieces of any size; up to 64 KiB are
// understood, which is room for post-quantum key shares. GREASE values are left out. Everything
// that two readers could understand differently is malformed rather than guessed: an extension that
// appears twice, a server name that is empty, repeated, not a plain ASCII host name, or an IP
// address (RFC 6066 forbids those), data behind the hello in its record.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tls {

struct ClientHello {
  std::string sni;  // lower case, no trailing dot; empty when the client names no server
  std::vector<std::string> alpn;        // in the client's order; bytes of the peer
  std::vector<std::uint16_t> versions;  // as offered: 0x0304 is TLS 1.3
  std::vector<std::uint16_t> ciphers;   // cipher suites
  // Without its extension the client said nothing about it (RFC 8446, 4.2.3 and 4.2.7).
  std::optional<std::vector<std::uint16_t>> signatures;              // it takes of the server
  std::optional<std::vector<std::uint16_t>> certificate_signatures;  // in the server's chain
  std::optional<std::vector<std::uint16_t>> groups;                  // and curves
  bool has_ech = false;  // Encrypted ClientHello (or its GREASE): the real name may be another one

  bool operator==(const ClientHello&) const = default;
};

/// Nothing can be said before the connection has given `at_least` bytes in all.
struct NeedMore {
  std::size_t at_least = 0;
  bool operator==(const NeedMore&) const = default;
};

/// The bytes are some other protocol.
struct NotTls {
  bool operator==(const NotTls&) const = default;
};

struct Malformed {
  std::string_view reason;  // a fixed text
  bool operator==(const Malformed&) const = default;
};

using Peek = std::variant<NeedMore, ClientHello, NotTls, Malformed>;

/// A hello takes no more than this with its record headers: a buffer of this size always leads to a
/// verdict.
inline constexpr std::size_t largest_hello = 128U * 1024U;

/// `bytes` are all bytes of the connection so far.
Peek peek_client_hello(std::string_view bytes);

}  // namespace tls
