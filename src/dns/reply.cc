// SPDX-License-Identifier: Apache-2.0
#include "dns/reply.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/text.h"
#include "dns/wire.h"

namespace dns {
namespace {

constexpr Type type_cname{5};
constexpr std::uint16_t own_udp_size = 1232;  // fits every path without fragments
constexpr std::size_t max_label = 63;
constexpr std::size_t max_name = 255;
constexpr std::size_t most_addresses = 64;
constexpr int longest_chain = 16;

/// A place in a message, from which names can point back (RFC 1035, 4.1.4).
class Cursor {
public:
  explicit Cursor(std::string_view message) : message_(message) {}

  std::uint8_t take_u8() {
    const auto bytes = take(1);
    return bytes.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(bytes.front());
  }
  std::uint16_t take_u16() {
    const unsigned high = take_u8();
    return static_cast<std::uint16_t>(high << 8U | take_u8());
  }
  std::string_view take(std::size_t count) {
    if (!ok_ || count > message_.size() - at_) {
      ok_ = false;
      return {};
    }
    at_ += count;
    return message_.substr(at_ - count, count);
  }
  /// In lower case, with dots; nothing for one that is not well formed. A label with a byte that no
  /// host name has becomes one that equals no name.
  std::optional<std::string> take_name();

  bool ok() const { return ok_; }
  std::size_t at() const { return at_; }

private:
  std::string_view message_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

bool is_host_byte(char c) { return base::is_alpha(c) || base::is_digit(c) || c == '-' || c == '_'; }

std::optional<std::string> Cursor::take_name() {
  std::string name;
  std::size_t size = 1;
  std::size_t limit = at_;  // a pointer leads further back than everything before it: no loops
  std::optional<std::size_t> behind;
  for (;;) {
    const std::size_t length = take_u8();
    if (!ok_) return std::nullopt;
    if (length == 0) break;
    if ((length & 0xC0U) == 0xC0U) {
      const std::size_t to = (length & 0x3FU) << 8U | take_u8();
      if (!ok_ || to >= limit) return std::nullopt;
      if (!behind) behind = at_;
      limit = to;
      at_ = to;
      continue;
    }
    size += length + 1;
    if (length > max_label || size > max_name) return std::nullopt;
    const auto label = take(length);
    if (!ok_) return std::nullopt;
    if (!name.empty()) name += '.';
    name += std::ranges::all_of(label, is_host_byte) ? base::lower(label) : std::string("?");
  }
  if (behind) at_ = *behind;
  return name;
}

/// What the answers say about names, as far as it matters here.
struct Answers {
  std::map<std::string, std::string, std::less<>> aliases{};
  std::map<std::string, std::vector<Address>, std::less<>> addresses{};
};

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

/// False when the record is not well formed.
bool take_answer(Cursor& cursor, std::string_view message, Type wanted, Answers& into) {
  auto owner = cursor.take_name();
  const auto type = Type{cursor.take_u16()};
  const auto klass = cursor.take_u16();
  cursor.take(4);  // how long it may be kept
  const std::size_t size = cursor.take_u16();
  const std::size_t begin = cursor.at();
  const auto data = cursor.take(size);
  if (!owner || !cursor.ok()) return false;
  if (klass != class_in) return true;
  if (type == type_cname) {
    Cursor inside(message.substr(0, begin + size));
    inside.take(begin);
    auto target = inside.take_name();
    if (!target || inside.at() != begin + size) return false;
    into.aliases.emplace(*std::move(owner), *std::move(target));
    return true;
  }
  if (type != wanted) return true;
  const auto address = address_of(type, data);
  if (!address) return false;
  auto& list = into.addresses[*std::move(owner)];
  if (list.size() < most_addresses && std::ranges::find(list, *address) == list.end())
    list.push_back(*address);
  return true;
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
  for (int step = 0;; ++step) {
    const auto alias = found.aliases.find(reply.canonical);
    if (alias == found.aliases.end()) break;
    if (step == longest_chain) return malformed;
    reply.canonical = alias->second;
  }
  if (const auto list = found.addresses.find(reply.canonical); list != found.addresses.end())
    reply.addresses = std::move(list->second);
  return reply;
}

}  // namespace dns
