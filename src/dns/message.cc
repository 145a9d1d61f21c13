// SPDX-License-Identifier: Apache-2.0
#include "dns/message.h"

#include <algorithm>

#include "base/result.h"
#include "base/text.h"
#include "dns/wire.h"

namespace dns {
namespace {

struct Name {
  std::string text{};
  bool is_host = true;  // letters, digits, hyphens and underscores only
};

/// Nothing for a compression pointer or another label type, a name that is too long, or one cut
/// short.
std::optional<Name> take_name(Reader& reader) {
  Name name;
  std::size_t size = 1;
  while (const std::size_t length = reader.take_u8()) {
    size += length + 1;
    if (length > max_label || size > max_name) return std::nullopt;
    const auto label = reader.take(length);
    if (!name.text.empty()) name.text += '.';
    name.text += base::lower(label);
    name.is_host = name.is_host && std::ranges::all_of(label, is_host_byte);
  }
  if (!reader.ok()) return std::nullopt;
  return name;
}

std::optional<Question> take_question(Reader& reader, std::string_view message) {
  const auto begin = message.size() - reader.left();
  auto name = take_name(reader);
  if (!name) return std::nullopt;
  Question question{.type = Type{reader.take_u16()}, .klass = reader.take_u16()};
  if (!reader.ok()) return std::nullopt;
  question.wire = message.substr(begin, message.size() - reader.left() - begin);
  if (name->is_host) question.name = std::move(name->text);
  return question;
}

/// Whether the options of an OPT record fill it exactly (RFC 6891, 6.1.2).
bool are_options(std::string_view data) {
  Reader reader(data);
  while (reader.ok() && !reader.at_end()) {
    reader.take_u16();  // which option
    reader.take(reader.take_u16());
  }
  return reader.ok();
}

/// The one additional record that a query may have.
std::optional<Edns> take_edns(Reader& reader) {
  const bool is_root = reader.take_u8() == 0;
  const auto type = Type{reader.take_u16()};
  Edns edns{.udp_size = reader.take_u16()};
  reader.take_u8();  // upper bits of the response code
  edns.version = reader.take_u8();
  edns.dnssec_ok = (reader.take_u16() & 0x8000U) != 0;
  const auto options = reader.take(reader.take_u16());
  if (!reader.ok() || !is_root || type != Type::opt || !are_options(options)) return std::nullopt;
  return edns;
}

}  // namespace

std::expected<Query, Rejected> parse_query(std::string_view message) {
  Reader reader(message);
  Query query;
  query.header.id = reader.take_u16();
  const unsigned flags = reader.take_u16();
  const auto questions = reader.take_u16();
  const auto answers = reader.take_u16();
  const auto authorities = reader.take_u16();
  const auto additionals = reader.take_u16();
  const bool is_reply = (flags & 0x8000U) != 0;
  if (!reader.ok() || is_reply) return std::unexpected(Rejected{});

  query.header.opcode = (flags >> 11U) & 0xFU;
  query.header.recursion_desired = (flags & 0x0100U) != 0;
  query.header.checking_disabled = (flags & 0x0010U) != 0;
  const auto rejected = [&](Rcode rcode) { return std::unexpected(Rejected{query.header, rcode}); };
  if (query.header.opcode != 0) return rejected(Rcode::not_implemented);
  if (questions != 1 || answers != 0 || authorities != 0 || additionals > 1)
    return rejected(Rcode::format_error);

  auto question = take_question(reader, message);
  if (!question) return rejected(Rcode::format_error);
  query.question = *std::move(question);
  if (additionals == 1) {
    query.edns = take_edns(reader);
    if (!query.edns) return rejected(Rcode::format_error);
  }
  if (!reader.at_end()) return rejected(Rcode::format_error);
  return query;
}

}  // namespace dns
