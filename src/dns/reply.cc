// SPDX-License-Identifier: Apache-2.0
#include "dns/reply.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/text.h"
#include "dns/cursor.h"
#include "dns/record_data.h"
#include "dns/wire.h"

namespace dns {
namespace {

constexpr std::size_t most_addresses = 64;
constexpr int longest_chain = 16;
constexpr std::uint32_t longest_ttl = 3600;

/// What the answers say about one name, as far as it matters here.
struct Facts {
  std::optional<std::string> alias{};  // what it is another name of
  std::vector<Address> addresses{};
  std::vector<std::string> data{};
  std::size_t records = 0;  // also those that are left out
  std::uint32_t ttl = longest_ttl;
};
using Answers = std::map<std::string, Facts, std::less<>>;

std::optional<Address> address_of(Type type, std::string_view data) {
  if (type == Type::a && data.size() == 4) {
    Ipv4 address = 0;
    for (const char byte : data)
      address = address << 8U | static_cast<std::uint8_t>(byte);
    return address;
  }
  if (type == Type::aaaa && data.size() == 16) {
    Ipv6 address{};
    std::ranges::transform(
        data, address.begin(), [](char byte) { return static_cast<std::uint8_t>(byte); });
    return address;
  }
  return std::nullopt;
}

/// Seconds; a number with the highest bit set is none (RFC 2181, 8).
std::uint32_t take_ttl(Cursor& cursor) {
  const auto seconds = cursor.take_u32();
  return seconds > 0x7FFFFFFFU ? 0 : seconds;
}

/// False when the record is not well formed.
bool take_alias(std::string_view message, std::size_t begin, std::size_t size, Facts& owner) {
  Cursor cursor(message.substr(0, begin + size), begin);
  auto target = cursor.take_name();
  if (!target || !cursor.at_end()) return false;
  if (!owner.alias) owner.alias = *std::move(target);
  return true;
}

/// False when the record is not well formed.
bool take_address(Type type, std::string_view data, Facts& owner) {
  const auto address = address_of(type, data);
  if (!address) return false;
  auto& list = owner.addresses;
  if (list.size() < most_addresses && std::ranges::find(list, *address) == list.end())
    list.push_back(*address);
  return true;
}

/// False when the record is not well formed, or one too many.
bool take_data(
    Type type, std::string_view message, std::size_t begin, std::size_t size, Facts& owner) {
  if (++owner.records > most_records) return false;
  auto data = rebuild_data(type, message, begin, size);
  if (!data) return data.error() == Unfit::withheld;
  owner.data.push_back(*std::move(data));
  return true;
}

/// False when the record is not well formed.
bool take_answer(Cursor& cursor, std::string_view message, Type wanted, Answers& into) {
  auto name = cursor.take_name();
  const auto type = Type{cursor.take_u16()};
  const auto klass = cursor.take_u16();
  const auto ttl = take_ttl(cursor);
  const std::size_t size = cursor.take_u16();
  const std::size_t begin = cursor.at();
  const auto data = cursor.take(size);
  if (!name || !cursor.ok()) return false;
  if (klass != class_in || (type != Type::cname && type != wanted)) return true;
  auto& owner = into[*std::move(name)];
  owner.ttl = std::min(owner.ttl, ttl);
  if (type == Type::cname) return take_alias(message, begin, size, owner);
  if (type == Type::a || type == Type::aaaa) return take_address(type, data, owner);
  return take_data(type, message, begin, size, owner);
}

}  // namespace

std::optional<std::string> write_query(const Asked& asked, WithEdns edns) {
  if (asked.name.empty() || asked.name.size() > max_name - 2) return std::nullopt;
  for (const auto label : base::split(asked.name, '.')) {
    if (label.empty() || label.size() > max_label || !std::ranges::all_of(label, is_host_byte))
      return std::nullopt;
  }
  constexpr std::uint16_t recursion_desired = 0x0100;
  std::string out;
  append_u16(out, asked.id);
  append_u16(out, recursion_desired);
  append_u16(out, 1);
  append_u16(out, 0);
  append_u16(out, 0);
  append_u16(out, edns == WithEdns::yes ? 1 : 0);
  append_name(out, asked.name);
  append_u16(out, std::to_underlying(asked.type));
  append_u16(out, class_in);
  if (edns == WithEdns::yes) {
    append_u8(out, 0);  // the root
    append_u16(out, std::to_underlying(Type::opt));
    append_u16(out, own_udp_size);
    append_u32(out, 0);
    append_u16(out, 0);
  }
  return out;
}

std::expected<Reply, BadReply> parse_reply(std::string_view message, const Asked& asked) {
  const auto unrelated = std::unexpected(BadReply::unrelated);
  const auto malformed = std::unexpected(BadReply::malformed);
  Cursor cursor(message);
  const auto id = cursor.take_u16();
  const unsigned flags = cursor.take_u16();
  const auto questions = cursor.take_u16();
  const auto answers = cursor.take_u16();
  cursor.take(4);  // how many records of other sections there are
  const bool is_reply = (flags & 0x8000U) != 0 && (flags >> 11U & 0xFU) == 0;
  if (!cursor.ok() || id != asked.id || !is_reply) return unrelated;

  Reply reply{.rcode = Rcode{static_cast<std::uint16_t>(flags & 0xFU)}};
  reply.truncated = (flags & 0x0200U) != 0;
  reply.canonical = asked.name;
  // A server that could not read the question need not repeat it (RFC 1035, 4.1.1).
  if (questions == 0 && answers == 0 && reply.rcode != Rcode::no_error &&
      reply.rcode != Rcode::name_error)
    return reply;
  if (questions != 1) return unrelated;
  const auto name = cursor.take_name();
  const auto type = Type{cursor.take_u16()};
  const auto klass = cursor.take_u16();
  if (!cursor.ok() || !name || *name != asked.name || type != asked.type || klass != class_in)
    return unrelated;
  if (reply.truncated) return reply;

  Answers found;
  for (unsigned i = 0; i < answers; ++i) {
    if (!take_answer(cursor, message, asked.type, found)) return malformed;
  }
  reply.ttl = longest_ttl;
  for (int step = 0;; ++step) {
    const auto facts = found.find(reply.canonical);
    if (facts == found.end()) break;
    reply.ttl = std::min(reply.ttl, facts->second.ttl);
    if (!facts->second.alias) {
      reply.addresses = std::move(facts->second.addresses);
      reply.data = std::move(facts->second.data);
      break;
    }
    if (step == longest_chain) return malformed;
    reply.canonical = *facts->second.alias;
  }
  return reply;
}

}  // namespace dns
