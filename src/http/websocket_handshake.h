// SPDX-License-Identifier: Apache-2.0
#pragma once
// How a connection becomes a WebSocket: the opening handshake of HTTP/1.1 (RFC 6455, 4) and of
// HTTP/2 (RFC 8441). Both sides' heads become values, and values become fields to send, so that
// what goes on is what was checked, whatever version each side speaks.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/malformed.h"
#include "http/message.h"
#include "http/websocket_deflate_offer.h"

namespace http::websocket {

/// What a client asks for.
struct Opening {
  std::string key{};                     // of HTTP/1.1: base64 of 16 bytes; HTTP/2 has none
  std::vector<std::string> protocols{};  // offered subprotocols, the best first
  std::vector<DeflateOffer> deflate{};   // likewise; offers of other extensions are left out
  bool operator==(const Opening&) const = default;
};

/// What the server grants of it.
struct Acceptance {
  std::optional<std::string> protocol{};
  std::optional<DeflateAgreement> deflate{};
  bool operator==(const Acceptance&) const = default;
};

/// Whether a request is to be judged by `parse_opening`: it names "websocket" in
/// Upgrade.
bool asks_for_websocket(const Request& request);

/// A request that came out of a parser: of HTTP/1.1, or an extended CONNECT of HTTP/2 as h2_head.h
/// reads it. 400, or 426 for a version other than 13: the answer then has
/// "Sec-WebSocket-Version: 13" (4.2.2).
Checked<Opening> parse_opening(const Request& request);

/// Judges the answer that agrees (101 in HTTP/1.1, 2xx in HTTP/2) to what `opening` says; 502.
/// Other answers are ordinary ones and none of this.
Checked<Acceptance> parse_acceptance(const Response& response, const Opening& opening);

/// What Sec-WebSocket-Accept says to a key (4.2.2).
std::string accept_value(std::string_view key);
/// A key of HTTP/1.1 from 16 random bytes.
std::string make_key(std::string_view random_bytes);

/// Replaces the fields of a handshake in a head by those that say this. With a key they are those
/// of HTTP/1.1; without one those that h2_head.h writes as an extended CONNECT.
void declare_opening(Fields& fields, const Opening& opening);
/// The fields of the answer to a client whose key is `key`, or that has none (HTTP/2).
void declare_acceptance(Fields& fields, const Acceptance& acceptance, std::string_view key);

}  // namespace http::websocket
