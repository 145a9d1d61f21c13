// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the two sides agree on before they compress messages (permessage-deflate, RFC 7692, 7.1).

#include <optional>
#include <span>
#include <vector>

#include "http/websocket_extensions.h"
#include "http/websocket_frame.h"

namespace http::websocket {

constexpr int min_window_bits = 8;
constexpr int max_window_bits = 15;

/// What a client asks for.
struct DeflateOffer {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  std::optional<int> server_max_window_bits{};
  bool may_limit_client_window = false;         // it named client_max_window_bits,
  std::optional<int> client_max_window_bits{};  // with or without a value
  bool operator==(const DeflateOffer&) const = default;
};

/// What a server answers, and both then keep to.
struct DeflateAgreement {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  std::optional<int> server_max_window_bits{};
  std::optional<int> client_max_window_bits{};
  bool operator==(const DeflateAgreement&) const = default;

  // How messages of this sender are compressed.
  int window_bits(Sender sender) const;
  bool keeps_context(Sender sender) const;
};

/// Nothing when it is another extension, or has a parameter that is unknown, repeated, without the
/// value it needs or with one that is out of range: such an offer is one to decline (7.1), such an
/// answer one to fail the connection for (7.1).
std::optional<DeflateOffer> parse_deflate_offer(const Extension& extension);
std::optional<DeflateAgreement> parse_deflate_answer(const Extension& extension);

Extension to_extension(const DeflateOffer& offer);
Extension to_extension(const DeflateAgreement& agreement);

/// What is left of a client's list when only that may be offered on which the gateway can read.
std::vector<DeflateOffer> narrow_offers(std::span<const Extension> extensions);

/// Whether a server may answer this offer so: it grants what was asked, and asks nothing that was
/// not open to ask.
bool is_answer_to(const DeflateAgreement& answer, const DeflateOffer& offer);

}  // namespace http::websocket
