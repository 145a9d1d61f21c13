// SPDX-License-Identifier: Apache-2.0
#include "http/websocket_handshake.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "base/encoding.h"
#include "base/result.h"
#include "base/text.h"
#include "http/framing.h"
#include "http/grammar.h"

namespace http::websocket {
namespace {

constexpr std::string_view version_field = "Sec-WebSocket-Version";
constexpr std::string_view key_field = "Sec-WebSocket-Key";
constexpr std::string_view accept_field = "Sec-WebSocket-Accept";
constexpr std::string_view protocol_field = "Sec-WebSocket-Protocol";
constexpr std::string_view extensions_field = "Sec-WebSocket-Extensions";
constexpr std::string_view our_version = "13";
constexpr std::size_t key_size = 16;

std::string sha1(std::string_view bytes) {
  std::string out(20, '\0');
  unsigned size = 20;
  if (EVP_Digest(
          bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(out.data()), &size,
          EVP_sha1(), nullptr) != 1) {
    throw std::runtime_error("SHA-1 is not available in this OpenSSL");
  }
  return out;
}

bool is_key(std::string_view text) {
  const auto bytes = base::from_base64(text);
  return bytes && bytes->size() == key_size;
}

/// The value of the only field of this name.
std::optional<std::string_view> only(const Fields& fields, std::string_view name) {
  if (fields.count(name) != 1) return std::nullopt;
  return fields.find(name);
}

/// Upgrade names websocket and nothing else: nobody may think that another protocol follows.
bool upgrades_to_websocket(const Fields& fields) {
  const auto protocols = fields.tokens("upgrade");
  return protocols.size() == 1 && same_name(protocols.front(), "websocket") &&
         fields.has_token("connection", "upgrade");
}

/// What follows the head is frames, not a body.
bool has_body(Version version, const Fields& fields) {
  const auto framing = declared_framing(version, fields);
  return !framing || (*framing != Framing::none() && *framing != Framing::length(0));
}

/// 4.1: each is a token and named once. Subprotocols have case.
Checked<std::vector<std::string>> parse_protocols(const Fields& fields) {
  std::vector<std::string> protocols;
  for (const auto text : fields.all(protocol_field)) {
    for (const auto part : base::split(text, ',')) {
      const auto name = trim_blanks(part);
      if (!is_token(name)) return malformed(400, "Sec-WebSocket-Protocol is not a list of names");
      protocols.emplace_back(name);
    }
  }
  auto sorted = protocols;
  std::ranges::sort(sorted);
  if (std::ranges::adjacent_find(sorted) != sorted.end())
    return malformed(400, "Sec-WebSocket-Protocol names a protocol twice");
  return protocols;
}

/// What both versions of HTTP have in common.
Checked<Opening> parse_wishes(const Fields& fields) {
  if (fields.count(version_field) != 1)
    return malformed(400, "a WebSocket handshake has no single Sec-WebSocket-Version");
  if (fields.find(version_field) != our_version)
    return malformed(426, "the version of WebSocket is not 13");
  if (fields.contains(accept_field))
    return malformed(400, "a request has Sec-WebSocket-Accept, which only an answer may have");
  auto protocols = TRY(parse_protocols(fields));
  const auto extensions = TRY(parse_extensions(fields));
  return Opening{.protocols = std::move(protocols), .deflate = narrow_offers(extensions)};
}

std::unexpected<Malformed> bad_answer(std::string reason) {
  return malformed(502, std::move(reason));
}

Checked<std::optional<std::string>> parse_chosen_protocol(
    const Fields& fields, const Opening& opening) {
  const auto count = fields.count(protocol_field);
  if (count == 0) return std::nullopt;
  const auto chosen = fields.find(protocol_field);
  if (count > 1 || std::ranges::find(opening.protocols, *chosen) == opening.protocols.end())
    return bad_answer("the server chose a subprotocol that was not offered");
  return std::string(*chosen);
}

Checked<std::optional<DeflateAgreement>> parse_chosen_deflate(
    const Fields& fields, const Opening& opening) {
  const auto extensions = parse_extensions(fields);
  if (!extensions || fields.count(extensions_field) > 1)
    return bad_answer("the server's extensions cannot be read");
  if (extensions->empty()) return std::nullopt;
  const auto answer = parse_deflate_answer(extensions->front());
  const auto fits = [&](const DeflateOffer& offer) { return is_answer_to(*answer, offer); };
  if (extensions->size() > 1 || !answer || std::ranges::none_of(opening.deflate, fits))
    return bad_answer("the server chose extensions that were not offered");
  return answer;
}

Checked<> check_switch(const Response& response, const Opening& opening) {
  if (response.version != Version::http_1_1 || response.status != 101)
    return bad_answer("the server's answer does not switch protocols");
  if (!upgrades_to_websocket(response.fields))
    return bad_answer("the server switches to something else than WebSocket");
  if (only(response.fields, accept_field) != accept_value(opening.key))
    return bad_answer("Sec-WebSocket-Accept is not the answer to the key");
  return {};
}

Checked<> check_connected(const Response& response) {
  if (response.version != Version::http_2 || response.status < 200 || response.status > 299)
    return bad_answer("the server's answer does not connect");
  if (response.fields.contains(accept_field))
    return bad_answer("Sec-WebSocket-Accept answers no key");
  return {};
}

/// The one value that says several things.
void declare_list(Fields& fields, std::string_view name, const std::vector<std::string>& elements) {
  if (!elements.empty()) fields.set(name, base::join(elements, ", "));
}

void declare_upgrade(Fields& fields) {
  fields.set("Connection", "Upgrade");
  fields.set("Upgrade", "websocket");
}

void erase_handshake(Fields& fields) {
  static constexpr std::array names{
      std::string_view("connection"),
      std::string_view("upgrade"),
      version_field,
      key_field,
      accept_field,
      protocol_field,
      extensions_field};
  for (const auto name : names)
    fields.erase(name);
}

}  // namespace

bool asks_for_websocket(const Request& request) {
  return request.fields.has_token("upgrade", "websocket");
}

Checked<Opening> parse_opening(const Request& request) {
  if (request.version == Version::http_1_0 || request.method != "GET")
    return malformed(400, "a WebSocket handshake is not a GET");
  if (!upgrades_to_websocket(request.fields))
    return malformed(400, "a WebSocket handshake does not ask for WebSocket alone");
  if (has_body(request.version, request.fields))
    return malformed(400, "a WebSocket handshake has a body");
  if (request.version == Version::http_2) {
    // RFC 8441, 5: what the key is for, HTTP/2 has already.
    if (request.fields.contains(key_field))
      return malformed(400, "a WebSocket handshake of HTTP/2 has a key");
    return parse_wishes(request.fields);
  }
  const auto key = only(request.fields, key_field);
  if (!key || !is_key(*key))
    return malformed(400, "Sec-WebSocket-Key is not one of 16 bytes in base64");
  auto opening = TRY(parse_wishes(request.fields));
  opening.key = *key;
  return opening;
}

Checked<Acceptance> parse_acceptance(const Response& response, const Opening& opening) {
  TRY_VOID(opening.key.empty() ? check_connected(response) : check_switch(response, opening));
  if (has_body(response.version, response.fields))
    return bad_answer("the answer to a WebSocket handshake has a body");
  auto protocol = TRY(parse_chosen_protocol(response.fields, opening));
  auto deflate = TRY(parse_chosen_deflate(response.fields, opening));
  return Acceptance{.protocol = std::move(protocol), .deflate = deflate};
}

std::string accept_value(std::string_view key) {
  constexpr std::string_view guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  return base::to_base64(sha1(std::string(key).append(guid)));
}

std::string make_key(std::string_view random_bytes) {
  if (random_bytes.size() != key_size) throw std::logic_error("a key is made of 16 bytes");
  return base::to_base64(random_bytes);
}

void declare_opening(Fields& fields, const Opening& opening) {
  erase_handshake(fields);
  declare_upgrade(fields);
  if (!opening.key.empty()) fields.set(key_field, opening.key);
  fields.set(version_field, std::string(our_version));
  declare_list(fields, protocol_field, opening.protocols);
  std::vector<std::string> offers;
  for (const auto& offer : opening.deflate)
    offers.push_back(to_string(to_extension(offer)));
  declare_list(fields, extensions_field, offers);
}

void declare_acceptance(Fields& fields, const Acceptance& acceptance, std::string_view key) {
  erase_handshake(fields);
  if (!key.empty()) {
    declare_upgrade(fields);
    fields.set(accept_field, accept_value(key));
  }
  if (acceptance.protocol) fields.set(protocol_field, *acceptance.protocol);
  if (acceptance.deflate)
    fields.set(extensions_field, to_string(to_extension(*acceptance.deflate)));
}

}  // namespace http::websocket
