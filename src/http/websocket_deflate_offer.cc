// SPDX-License-Identifier: Apache-2.0
#include "http/websocket_deflate_offer.h"

#include <string>
#include <string_view>

#include "base/text.h"
#include "http/grammar.h"

namespace http::websocket {
namespace {

constexpr std::string_view extension_name = "permessage-deflate";
constexpr std::string_view server_takeover = "server_no_context_takeover";
constexpr std::string_view client_takeover = "client_no_context_takeover";
constexpr std::string_view server_window = "server_max_window_bits";
constexpr std::string_view client_window = "client_max_window_bits";

/// A parameter that says all by being there. False when it has a value or came before.
bool read_flag(const Extension::Parameter& parameter, bool& into) {
  if (parameter.value || into) return false;
  into = true;
  return true;
}

/// 7.1.2: 8 to 15, without leading zeros.
bool read_window_bits(const Extension::Parameter& parameter, std::optional<int>& into) {
  if (!parameter.value || into || parameter.value->starts_with('0')) return false;
  const auto bits = base::parse_number(*parameter.value);
  if (!bits || *bits < min_window_bits || *bits > max_window_bits) return false;
  into = static_cast<int>(*bits);
  return true;
}

bool read_parameter(const Extension::Parameter& parameter, DeflateOffer& into) {
  if (same_name(parameter.name, server_takeover))
    return read_flag(parameter, into.server_no_context_takeover);
  if (same_name(parameter.name, client_takeover))
    return read_flag(parameter, into.client_no_context_takeover);
  if (same_name(parameter.name, server_window))
    return read_window_bits(parameter, into.server_max_window_bits);
  if (!same_name(parameter.name, client_window) || into.may_limit_client_window) return false;
  into.may_limit_client_window = true;
  return !parameter.value || read_window_bits(parameter, into.client_max_window_bits);
}

/// Offers and answers have the same form, but for a client window without a value.
Extension write(const DeflateOffer& what) {
  Extension extension{.name = std::string(extension_name)};
  const auto add = [&](std::string_view name, std::optional<int> bits) {
    auto value = bits ? std::optional(std::to_string(*bits)) : std::nullopt;
    extension.parameters.push_back({.name = std::string(name), .value = std::move(value)});
  };
  if (what.server_no_context_takeover) add(server_takeover, {});
  if (what.client_no_context_takeover) add(client_takeover, {});
  if (what.server_max_window_bits) add(server_window, what.server_max_window_bits);
  if (what.may_limit_client_window) add(client_window, what.client_max_window_bits);
  return extension;
}

}  // namespace

int DeflateAgreement::window_bits(Sender sender) const {
  const auto& bits = sender == Sender::client ? client_max_window_bits : server_max_window_bits;
  return bits.value_or(max_window_bits);
}

bool DeflateAgreement::keeps_context(Sender sender) const {
  return sender == Sender::client ? !client_no_context_takeover : !server_no_context_takeover;
}

std::optional<DeflateOffer> parse_deflate_offer(const Extension& extension) {
  if (!same_name(extension.name, extension_name)) return std::nullopt;
  DeflateOffer offer;
  for (const auto& parameter : extension.parameters)
    if (!read_parameter(parameter, offer)) return std::nullopt;
  return offer;
}

std::optional<DeflateAgreement> parse_deflate_answer(const Extension& extension) {
  const auto read = parse_deflate_offer(extension);
  if (!read || read->may_limit_client_window != read->client_max_window_bits.has_value())
    return std::nullopt;
  return DeflateAgreement{
      .server_no_context_takeover = read->server_no_context_takeover,
      .client_no_context_takeover = read->client_no_context_takeover,
      .server_max_window_bits = read->server_max_window_bits,
      .client_max_window_bits = read->client_max_window_bits};
}

Extension to_extension(const DeflateOffer& offer) { return write(offer); }

Extension to_extension(const DeflateAgreement& agreement) {
  return write(
      {.server_no_context_takeover = agreement.server_no_context_takeover,
       .client_no_context_takeover = agreement.client_no_context_takeover,
       .server_max_window_bits = agreement.server_max_window_bits,
       .may_limit_client_window = agreement.client_max_window_bits.has_value(),
       .client_max_window_bits = agreement.client_max_window_bits});
}

std::vector<DeflateOffer> narrow_offers(std::span<const Extension> extensions) {
  std::vector<DeflateOffer> offers;
  for (const auto& extension : extensions)
    if (auto offer = parse_deflate_offer(extension)) offers.push_back(*offer);
  return offers;
}

bool is_answer_to(const DeflateAgreement& answer, const DeflateOffer& offer) {
  // 7.1.1.1 and 7.1.2.1: the server's own limits may be given unasked, and are when asked for.
  if (offer.server_no_context_takeover && !answer.server_no_context_takeover) return false;
  // A window that is not named has 15 bits.
  if (answer.window_bits(Sender::server) > offer.server_max_window_bits.value_or(max_window_bits))
    return false;
  // 7.1.2.2: only a client that said it can limits its window. 7.1.1.2: any drops its context.
  if (!answer.client_max_window_bits) return true;
  return offer.may_limit_client_window &&
         *answer.client_max_window_bits <= offer.client_max_window_bits.value_or(max_window_bits);
}

}  // namespace http::websocket
