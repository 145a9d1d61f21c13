// SPDX-License-Identifier: Apache-2.0
#include "tokens/caveat.h"

#include <fmt/format.h>

#include <array>
#include <concepts>
#include <type_traits>

#include "tokens/limits.h"
#include "tokens/msgpack.h"

namespace tokens {
namespace {

using msgpack::Reader;

// Kinds of the format, and those of its users from 2^32 on. 2^48 and above are private: who does
// not know them denies.
constexpr std::uint64_t first_of_agent_creds = 1ULL << 32U;
constexpr std::uint64_t first_private = 1ULL << 48U;

template <class Kind>
constexpr std::uint64_t number = 0;
template <>
constexpr std::uint64_t number<Validity> = 4;
template <>
constexpr std::uint64_t number<ThirdParty> = 11;
template <>
constexpr std::uint64_t number<BoundToParent> = 12;
template <>
constexpr std::uint64_t number<Hosts> = first_of_agent_creds + 1;
template <>
constexpr std::uint64_t number<Methods> = first_of_agent_creds + 2;
template <>
constexpr std::uint64_t number<Paths> = first_of_agent_creds + 3;
template <>
constexpr std::uint64_t number<Ports> = first_private + 1;
template <>
constexpr std::uint64_t number<RequestLimit> = first_private + 2;
template <>
constexpr std::uint64_t number<UploadLimit> = first_private + 3;
template <>
constexpr std::uint64_t number<Sandboxes> = first_private + 4;
template <>
constexpr std::uint64_t number<Clients> = first_private + 5;
template <>
constexpr std::uint64_t number<Purpose> = first_private + 6;
template <>
constexpr std::uint64_t number<SingleUse> = first_private + 7;
template <>
constexpr std::uint64_t number<AskPerson> = first_private + 8;

// --- bodies -------------------------------------------------------------------------------------
// A body has one shape, written by `write` and read by the `read` below it.

void append_strings(std::string& out, const std::vector<std::string>& texts) {
  msgpack::append_array(out, 1);
  msgpack::append_array(out, texts.size());
  for (const auto& text : texts)
    msgpack::append_string(out, text);
}

/// How many entries a list has. What the format calls nil is a list without entries.
std::optional<std::size_t> take_list(Reader& in) {
  if (in.take_array() != 1) return std::nullopt;
  if (in.take_nil()) return 0;
  const auto size = in.take_array();
  if (!size || *size > most_entries) return std::nullopt;
  return size;
}

std::optional<std::vector<std::string>> take_strings(Reader& in) {
  const auto size = take_list(in);
  if (!size) return std::nullopt;
  std::vector<std::string> texts;
  texts.reserve(*size);
  for (std::size_t i = 0; i < *size; ++i) {
    const auto text = in.take_string();
    if (!text) return std::nullopt;
    texts.emplace_back(*text);
  }
  return texts;
}

template <class Kind>
std::optional<Kind> read_strings(Reader& in) {
  auto texts = take_strings(in);
  if (!texts) return std::nullopt;
  return Kind{*std::move(texts)};
}

template <class Kind>
std::optional<Kind> read_count(Reader& in) {
  if (in.take_array() != 1) return std::nullopt;
  const auto count = in.take_unsigned();
  if (!count) return std::nullopt;
  return Kind{*count};
}

void append_count(std::string& out, std::uint64_t count) {
  msgpack::append_array(out, 1);
  msgpack::append_unsigned(out, count);
}

void write(std::string& out, const Validity& window) {
  msgpack::append_array(out, 2);
  msgpack::append_integer(out, window.not_before);
  msgpack::append_integer(out, window.not_after);
}
std::optional<Validity> read(Reader& in, std::type_identity<Validity>) {
  if (in.take_array() != 2) return std::nullopt;
  const auto from = in.take_integer();
  const auto until = in.take_integer();
  if (!from || !until) return std::nullopt;
  return Validity{*from, *until};
}

void write(std::string& out, const Hosts& hosts) { append_strings(out, hosts.names); }
std::optional<Hosts> read(Reader& in, std::type_identity<Hosts>) { return read_strings<Hosts>(in); }

void write(std::string& out, const Methods& methods) { append_strings(out, methods.names); }
std::optional<Methods> read(Reader& in, std::type_identity<Methods>) {
  return read_strings<Methods>(in);
}

void write(std::string& out, const Paths& paths) { append_strings(out, paths.patterns); }
std::optional<Paths> read(Reader& in, std::type_identity<Paths>) { return read_strings<Paths>(in); }

void write(std::string& out, const ThirdParty& party) {
  msgpack::append_array(out, 3);
  msgpack::append_string(out, party.location);
  msgpack::append_binary(out, party.verifier_key);
  msgpack::append_binary(out, party.ticket);
}
std::optional<ThirdParty> read(Reader& in, std::type_identity<ThirdParty>) {
  if (in.take_array() != 3) return std::nullopt;
  const auto location = in.take_string();
  const auto verifier_key = in.take_binary();
  const auto ticket = in.take_binary();
  if (!location || !verifier_key || !ticket) return std::nullopt;
  return ThirdParty{std::string(*location), std::string(*verifier_key), std::string(*ticket)};
}

void write(std::string& out, const BoundToParent& bound) {
  msgpack::append_binary(out, bound.digest_prefix);
}
std::optional<BoundToParent> read(Reader& in, std::type_identity<BoundToParent>) {
  const auto prefix = in.take_binary();
  if (!prefix) return std::nullopt;
  return BoundToParent{std::string(*prefix)};
}

void write(std::string& out, const Ports& ports) {
  msgpack::append_array(out, 1);
  msgpack::append_array(out, ports.numbers.size());
  for (const auto port : ports.numbers)
    msgpack::append_unsigned(out, port);
}
std::optional<Ports> read(Reader& in, std::type_identity<Ports>) {
  const auto size = take_list(in);
  if (!size) return std::nullopt;
  Ports ports;
  for (std::size_t i = 0; i < *size; ++i) {
    const auto port = in.take_unsigned();
    if (!port || *port == 0 || *port > 65535) return std::nullopt;
    ports.numbers.push_back(static_cast<std::uint16_t>(*port));
  }
  return ports;
}

void write(std::string& out, const RequestLimit& limit) { append_count(out, limit.most); }
std::optional<RequestLimit> read(Reader& in, std::type_identity<RequestLimit>) {
  return read_count<RequestLimit>(in);
}

void write(std::string& out, const UploadLimit& limit) { append_count(out, limit.most); }
std::optional<UploadLimit> read(Reader& in, std::type_identity<UploadLimit>) {
  return read_count<UploadLimit>(in);
}

void write(std::string& out, const Sandboxes& sandboxes) { append_strings(out, sandboxes.names); }
std::optional<Sandboxes> read(Reader& in, std::type_identity<Sandboxes>) {
  return read_strings<Sandboxes>(in);
}

void write(std::string& out, const Clients& clients) { append_strings(out, clients.labels); }
std::optional<Clients> read(Reader& in, std::type_identity<Clients>) {
  return read_strings<Clients>(in);
}

void write(std::string& out, const Purpose& purpose) {
  msgpack::append_array(out, 1);
  msgpack::append_string(out, purpose.text);
}
std::optional<Purpose> read(Reader& in, std::type_identity<Purpose>) {
  if (in.take_array() != 1) return std::nullopt;
  const auto text = in.take_string();
  if (!text) return std::nullopt;
  return Purpose{std::string(*text)};
}

void write(std::string& out, const SingleUse&) { msgpack::append_array(out, 0); }
std::optional<SingleUse> read(Reader& in, std::type_identity<SingleUse>) {
  if (in.take_array() != 0) return std::nullopt;
  return SingleUse{};
}

void write(std::string& out, const AskPerson&) { msgpack::append_array(out, 0); }
std::optional<AskPerson> read(Reader& in, std::type_identity<AskPerson>) {
  if (in.take_array() != 0) return std::nullopt;
  return AskPerson{};
}

// An unknown kind is never written, and any value is its body.
void write(std::string&, const UnknownKind&) {}
std::optional<UnknownKind> read(Reader& in, std::type_identity<UnknownKind>) {
  if (!in.take_any(deepest_nesting)) return std::nullopt;
  return UnknownKind{};
}

// --- all kinds at once --------------------------------------------------------------------------

using Decoder = std::optional<Restriction> (*)(Reader& in);

template <class Kind>
std::optional<Restriction> decode_as(Reader& in) {
  auto read_value = read(in, std::type_identity<Kind>{});
  if (!read_value) return std::nullopt;
  return Restriction(*std::move(read_value));
}

template <class... Kinds>
Decoder decoder_among(std::uint64_t kind, std::type_identity<std::variant<Kinds...>>) {
  Decoder decoder = decode_as<UnknownKind>;
  // No two kinds have one number, and no kind has the number 0.
  ((number<Kinds> != 0 && number<Kinds> == kind ? decoder = decode_as<Kinds> : decoder), ...);
  return decoder;
}

constexpr std::array<std::string_view, std::variant_size_v<Restriction>> names{
    "validity",        "hosts",   "methods",    "paths",      "third_party",
    "bound_to_parent", "ports",   "requests",   "bytes_up",   "sandbox",
    "client",          "purpose", "single_use", "ask_person", "unknown"};

}  // namespace

Caveat::Caveat(Restriction restriction) : kind_(0), restriction_(std::move(restriction)) {
  std::visit(
      [this]<class Kind>(const Kind& value) {
        kind_ = number<Kind>;
        write(body_, value);
      },
      restriction_);
}

base::Result<Caveat> Caveat::decode(std::uint64_t kind, std::string_view body) {
  Reader in(body);
  auto restriction = decoder_among(kind, std::type_identity<Restriction>{})(in);
  if (!restriction || !in.at_end()) {
    return base::fail(
        base::ErrorKind::invalid, fmt::format("a caveat of kind {} has a wrong body", kind));
  }
  return Caveat(kind, std::string(body), *std::move(restriction));
}

std::string_view name_of(const Restriction& restriction) { return names[restriction.index()]; }

}  // namespace tokens
